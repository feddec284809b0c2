import type { JpegCodecs } from './dicom/codecs.ts';
import type { DicomSegment } from './dicom/segments.ts';
import { namedBytes } from './named-bytes.ts';
import type { Volume } from './volume.ts';

export interface ReadDicomSegmentsOptions {
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
    import('./dicom/dicom-image.ts'),
    import('./dicom/segments.ts'),
  ]);
  return segmentsOf(await parseDicomImage(bytes, codecs, name), like, name);
}
