import type { Volume } from '../volume/volume.ts';
import { encodeWithUids } from './content-uids.ts';
import type { SegmentToWrite } from './dicom/segments/segmentation.ts';
import { checkMasks, sourceHeader } from './dicom-source.ts';

export interface WriteDicomSegmentsOptions {
  /** The images that were segmented, as `readDicomSeries` or `readVolume` gives them. */
  readonly like: Volume;
}

/**
 * Writes masks of DICOM images as a DICOM segmentation (SEG) and runs in browsers: binary, in
 * Explicit VR Little Endian, without the slices that hold nothing. Segments may overlap; they are
 * numbered from 1 in the order given. Patient, study and frame of reference are those of the
 * images, and so is the date, and UIDs come from the content: the same masks of the same images
 * make the same bytes.
 * @throws {RangeError} if `like` did not come from DICOM, there is no segment, or a mask is of
 * another grid or holds anything but 0 and 1, or a code, algorithm or colour cannot be written
 */
export async function encodeDicomSegments(
  segments: readonly SegmentToWrite[],
  options: WriteDicomSegmentsOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { like } = options;
  const header = sourceHeader('encodeDicomSegments', like, 'a segmentation');
  const masks = segments.map(({ label, ...segment }) => ({ name: label, ...segment }));
  const words = { mask: 'segment', masks: 'segments', name: 'label' };
  checkMasks('encodeDicomSegments', masks, like, words);
  const [{ segmentation, SEGMENTATION_UIDS }, { encodeFile }] = await Promise.all([
    import('./dicom/segments/segmentation.ts'),
    import('./dicom/elements/encode-file.ts'),
  ]);
  return encodeWithUids('encodeDicomSegments', SEGMENTATION_UIDS, (uids) =>
    encodeFile(segmentation(segments, like, header, uids), { isExplicit: true }),
  );
}
