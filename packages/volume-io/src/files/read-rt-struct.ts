import type { ReadingOptions } from '../bytes/reading-options.ts';
import type { RtRoi } from '../formats/dicom/contours/rt-rois.ts';
import type { Volume } from '../volume/volume.ts';
import { namedBytes } from './node-files.ts';

export interface ReadRtStructOptions extends ReadingOptions {
  /** The image that was contoured: masks come on its grid. */
  readonly like: Volume;
  /** Names or numbers of the ROIs to read. @default all */
  readonly rois?: readonly (string | number)[];
}

/**
 * Reads a DICOM RT Structure Set (RTSTRUCT), one mask for each ROI (PS3.3, C.8.8.5 and C.8.8.6).
 *
 * A voxel belongs to an ROI if its centre lies inside an odd number of the ROI's closed contours in
 * a plane (inner contours cut holes, also as keyholes), or on a contour. Contours that lie between
 * slices go to the nearest one; planes that share a slice are united. Points and open contours
 * are counted but have no area.
 * @throws {VolumeFormatError} if the file is damaged or no structure set, if a contour is farther
 * than half a slice from every slice of `like` or lies across them, or if it belongs to another
 * frame of reference and to none of the slices of `like`
 * @throws {RangeError} if `rois` names one that is not there
 * @throws {Error} if the file cannot be read; the message names it and says why
 */
export async function readRtStruct(
  pathOrBytes: string | URL | Uint8Array | ArrayBuffer,
  options: ReadRtStructOptions,
): Promise<RtRoi[]> {
  const { like, rois } = options;
  const { bytes, name } = await namedBytes(pathOrBytes, 'readRtStruct', 'DICOM bytes');
  const [{ parseDataSet }, { rtRois }] = await Promise.all([
    import('../formats/dicom/elements/data-set.ts'),
    import('../formats/dicom/contours/rt-rois.ts'),
  ]);
  return rtRois(await parseDataSet(bytes, name), like, rois, name);
}
