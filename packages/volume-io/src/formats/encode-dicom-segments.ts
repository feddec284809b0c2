import { joinBytes } from '../bytes/byte-arrays.ts';
import { checkSameGrid } from '../grids/same-grid.ts';
import type { DicomHeader } from '../headers/dicom-header.ts';
import { checkVolume, type Volume } from '../volume/volume.ts';
import type { SegmentToWrite } from './dicom/segments/segmentation.ts';

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
 * another grid or holds anything but 0 and 1
 */
export async function encodeDicomSegments(
  segments: readonly SegmentToWrite[],
  options: WriteDicomSegmentsOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { like } = options;
  const header = sourceHeader(like);
  if (segments.length < 1 || segments.length > 65535) {
    throw new RangeError(
      `\`encodeDicomSegments\`: there must be 1 to 65535 segments, got ${segments.length}`,
    );
  }
  for (const [i, segment] of segments.entries()) checkSegment(segment, i + 1, like);
  const [{ segmentation }, { encodeFile }] = await Promise.all([
    import('./dicom/segments/segmentation.ts'),
    import('./dicom/elements/encode-file.ts'),
  ]);
  const none = { instance: '', series: '', dimensions: '', frameOfReference: '' };
  const content = encodeFile(segmentation(segments, like, header, none));
  const uid = (purpose: string) =>
    contentUid(joinBytes([content, new TextEncoder().encode(purpose)]));
  const uids = {
    instance: await uid('instance'),
    series: await uid('series'),
    dimensions: await uid('dimensions'),
    frameOfReference: await uid('frame of reference'),
  };
  return encodeFile(segmentation(segments, like, header, uids));
}

function sourceHeader(like: Volume): DicomHeader {
  checkVolume('encodeDicomSegments', like);
  const { header, voxels } = like;
  if (header?.format !== 'dicom') {
    throw new RangeError(
      `\`encodeDicomSegments\`: \`like\` must have been read from DICOM, since a segmentation names its patient and images, got a volume ${header === undefined ? 'without a header' : `from ${header.format}`}; write NIfTI by \`writeVolume\` instead`,
    );
  }
  const { sopInstanceUids, sopClassUid, studyInstanceUid, seriesInstanceUid } = header;
  const uids = [sopClassUid, studyInstanceUid, seriesInstanceUid, ...sopInstanceUids];
  if (sopInstanceUids.length !== voxels.shape[0] || uids.includes('')) {
    throw new RangeError(
      '`encodeDicomSegments`: the images of `like` must have SOPClassUID, SOPInstanceUID, StudyInstanceUID and SeriesInstanceUID, one for each slice, but some are missing; write NIfTI by `writeVolume` instead',
    );
  }
  return header;
}

function checkSegment(segment: SegmentToWrite, number: number, like: Volume): void {
  const { label, volume, algorithmType = 'AUTOMATIC' } = segment;
  const fail = (requirement: string, got: unknown, cure: string): never => {
    throw new RangeError(
      `\`encodeDicomSegments\`: segment ${number} must ${requirement}, got ${got}; ${cure}`,
    );
  };
  if (!/^[^\\\p{Cc}]{1,64}$/u.test(label)) {
    fail('have a label of 1 to 64 characters without \\', JSON.stringify(label), 'rename it');
  }
  if (!['AUTOMATIC', 'SEMIAUTOMATIC', 'MANUAL'].includes(algorithmType)) {
    fail('have algorithmType AUTOMATIC, SEMIAUTOMATIC or MANUAL', algorithmType, 'choose one');
  }
  checkSameGrid(volume, like, {
    subject: `\`encodeDicomSegments\`: segment ${number}`,
    reference: 'the image',
  });
}

/**
 * A UID (PS3.5, B.2) from content, so that the same content has the same UID: 2.25 and the decimal
 * form of a UUID (RFC 9562, version 8) from a SHA-256 digest.
 */
async function contentUid(content: Uint8Array<ArrayBuffer>): Promise<string> {
  // Pages that came over plain HTTP have none.
  const { subtle } = globalThis.crypto as { subtle?: SubtleCrypto };
  if (subtle === undefined) {
    throw new Error(
      '`encodeDicomSegments`: UIDs are digests of the content, which browsers make only on pages from HTTPS or localhost; serve the page so',
    );
  }
  const bytes = new Uint8Array(await subtle.digest('SHA-256', content)).subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return `2.25.${bytes.reduce((number, byte) => number * 256n + BigInt(byte), 0n)}`;
}
