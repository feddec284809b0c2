import type { ReadingOptions } from '../bytes/reading-options.ts';
import type { JpegCodecs } from '../formats/dicom/pixels/codecs.ts';
import type { SegmentToWrite } from '../formats/dicom/segments/segmentation.ts';
import type { DicomSegment } from '../formats/dicom/segments/segments.ts';
import {
  encodeDicomSegments,
  type WriteDicomSegmentsOptions,
} from '../formats/encode-dicom-segments.ts';
import type { Volume } from '../volume/volume.ts';
import { namedBytes, writeFile } from './node-files.ts';

export interface ReadDicomSegmentsOptions extends ReadingOptions {
  /**
   * The image that was segmented: masks come on its grid, frames that do not lie on it are an error.
   * @default a grid through the segmentation's own frames
   */
  readonly like?: Volume;
  /** Decoders of JPEG-LS and JPEG 2000. @default in Node the installed ones, elsewhere none */
  readonly codecs?: JpegCodecs;
}

/**
 * Reads a DICOM segmentation (SEG), one mask for each segment; segments may overlap.
 * @throws {VolumeFormatError} if the file is damaged, no segmentation, or of another grid than `like`
 * @throws {Error} if the file cannot be read; the message names it and says why
 */
export async function readDicomSegments(
  pathOrBytes: string | URL | Uint8Array | ArrayBuffer,
  options: ReadDicomSegmentsOptions = {},
): Promise<DicomSegment[]> {
  const { like, codecs = {} } = options;
  const { bytes, name } = await namedBytes(pathOrBytes, 'readDicomSegments', 'DICOM bytes');
  const [{ parseDicomImage }, { segmentsOf }] = await Promise.all([
    import('../formats/dicom/pixels/dicom-image.ts'),
    import('../formats/dicom/segments/segments.ts'),
  ]);
  return segmentsOf(await parseDicomImage(bytes, codecs, name), like, name);
}

/**
 * Writes what `encodeDicomSegments` makes. The file appears under its name only when it is complete.
 * @param path an existing file is replaced
 * @throws {RangeError} as `encodeDicomSegments` does
 * @throws {Error} if the file cannot be written; the message names it and says why
 */
export async function writeDicomSegments(
  path: string,
  segments: readonly SegmentToWrite[],
  options: WriteDicomSegmentsOptions,
): Promise<void> {
  await writeFile('writeDicomSegments', path, () => encodeDicomSegments(segments, options));
}
