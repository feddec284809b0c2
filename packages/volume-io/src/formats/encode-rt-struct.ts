import type { Volume } from '../volume/volume.ts';
import { encodeWithUids } from './content-uids.ts';
import type { RoiToWrite } from './dicom/contours/structure-set.ts';
import { checkMasks, sourceHeader } from './dicom-source.ts';

export interface WriteRtStructOptions {
  /** The images that were segmented, as `readDicomSeries` or `readVolume` gives them. */
  readonly like: Volume;
}

/**
 * Writes masks of DICOM images as an RT Structure Set (RTSTRUCT) and runs in browsers, in Implicit VR
 * Little Endian, since contours may be longer than explicit ones can say. `readRtStruct` gives the same
 * masks back.
 *
 * Each piece of a mask in a slice, which hangs together by sides of pixels, is one contour
 * (`CLOSED_PLANAR`) in mm that names the image of its slice. It runs 0.49 of a pixel from the centres of
 * the outermost pixels, so that a lesion of one pixel has an area, and tools that round points to pixels
 * find those. Holes are joined to it by channels of no width (the keyholes of PS3.3, C.8.8.6.3), which
 * tools that unite contours read as those do that take the inner one for a hole.
 *
 * ROIs may overlap; they are numbered from 1 in the order given, and one without a voxel has no
 * contour. Patient, study and frame of reference are those of the images, and so is the date, and UIDs
 * come from the content: the same masks of the same images make the same bytes.
 * @throws {RangeError} if `like` did not come from DICOM or does not say where it lies, there is no
 * ROI, a mask is of another grid, holds anything but 0 and 1, or has more than 8192 pieces on a
 * slice, or a code, algorithm, colour or type cannot be written
 */
export async function encodeRtStruct(
  rois: readonly RoiToWrite[],
  options: WriteRtStructOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { like } = options;
  const header = sourceHeader('encodeRtStruct', like, 'a structure set');
  if (!header.isPlaced || header.spacingFrom.pixels === 'unknown') {
    throw new RangeError(
      '`encodeRtStruct`: the images of `like` must say where their pixels lie (ImagePositionPatient, ImageOrientationPatient, PixelSpacing), since contours are in mm, but do not; write `encodeDicomSegments` instead',
    );
  }
  const words = { mask: 'ROI', masks: 'ROIs', name: 'name' };
  checkMasks('encodeRtStruct', rois, like, words);
  rois.forEach(checkRoi);
  const [{ contoursOf, structureSet, STRUCTURE_SET_UIDS }, { encodeFile }] = await Promise.all([
    import('./dicom/contours/structure-set.ts'),
    import('./dicom/elements/encode-file.ts'),
  ]);
  const contours = contoursOf(rois, like, header);
  return encodeWithUids('encodeRtStruct', STRUCTURE_SET_UIDS, (uids) =>
    encodeFile(structureSet(rois, contours, header, uids), { isExplicit: false }),
  );
}

function checkRoi({ interpretedType = '' }: RoiToWrite, index: number): void {
  if (!/^[A-Z0-9 _]{0,16}$/.test(interpretedType)) {
    throw new RangeError(
      `\`encodeRtStruct\`: ROI ${index + 1} must have an interpretedType of at most 16 capital letters, digits, spaces and _, such as GTV or ORGAN, got ${JSON.stringify(interpretedType)}`,
    );
  }
}
