import { joinBytes } from '../../../bytes/byte-arrays.ts';
import { inflatingSource } from '../../../bytes/byte-source.ts';
import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
import { type DataSet, dataSetOf } from './data-set.ts';
import { PIXEL_KEYWORDS, tagOf } from './dictionary.ts';
import { type DicomBytes, type Element, type Encoding, readElements } from './element-reader.ts';
import { isBlank, isDicom, startOfElements } from './is-dicom.ts';

export const IMPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2';
export const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
export const DEFLATED = '1.2.840.10008.1.2.1.99';
export const EXPLICIT_BIG_ENDIAN = '1.2.840.10008.1.2.2';

const MAX_INFLATED_BYTES = 2 ** 31;

/** A file's elements, and how its pixels are encoded. */
export interface DicomFile {
  readonly dataSet: DataSet;
  readonly transferSyntaxUid: string;
}

/** What comes before the pixels of a file. */
export interface DicomFileHead extends DicomFile {
  readonly hasPixels: boolean;
  /** What is wrong with it, if it is damaged or cut off; then elements may be missing. */
  readonly damage: VolumeFormatError | undefined;
}

const PIXELS = PIXEL_KEYWORDS.map(tagOf);

/**
 * Parses a file as a whole. What follows the pixels may be damaged; then a warning says so.
 * @throws {VolumeFormatError} if the elements are damaged or cut off
 */
export async function parseDataSet(
  bytes: Uint8Array,
  name: string,
  onWarning: (message: string) => void,
): Promise<DicomFile> {
  const { file, elements, start, encoding, transferSyntaxUid } = await open(bytes, name, onWarning);
  try {
    readElements(file, encoding, { start, end: file.bytes.length }, elements);
  } catch (error) {
    if (!PIXELS.some((tag) => elements.has(tag))) throw error;
    onWarning(`${name}: what follows the pixels is damaged and was passed over`);
  }
  if (elements.get(tagOf('PixelData'))?.isOpen) {
    onWarning(`${name}: the compressed pixels are not ended; something may be cut off`);
  }
  return { dataSet: dataSetOf(file, { byTag: elements, encoding }), transferSyntaxUid };
}

/** Parses what comes before the pixels, as far as it is sound. */
export async function parseHead(bytes: Uint8Array, name: string): Promise<DicomFileHead> {
  let hasPixels = false;
  const isOver = (tag: number) => {
    hasPixels = PIXELS.includes(tag);
    return hasPixels;
  };
  const elements = new Map<number, Element>();
  let opened: OpenedFile = {
    file: bytesOf(bytes, name),
    elements,
    start: 0,
    encoding: { isLittle: true, isExplicit: true },
    transferSyntaxUid: '',
  };
  let damage: VolumeFormatError | undefined;
  try {
    opened = await open(bytes, name, () => {}, elements);
    const { file, start, encoding } = opened;
    readElements(file, encoding, { start, end: file.bytes.length }, elements, isOver);
  } catch (error) {
    if (!(error instanceof VolumeFormatError)) throw error;
    damage = error;
  }
  const { file, encoding, transferSyntaxUid } = opened;
  const dataSet = dataSetOf(file, { byTag: elements, encoding });
  return { dataSet, transferSyntaxUid, hasPixels, damage };
}

interface OpenedFile {
  readonly file: DicomBytes;
  /** Those of the file meta information, to be completed. */
  readonly elements: Map<number, Element>;
  /** Where the data set starts. */
  readonly start: number;
  readonly encoding: Encoding;
  readonly transferSyntaxUid: string;
}

/** Reads the file meta information (PS3.10, 7.1), where there is one, and inflates the rest. */
async function open(
  content: Uint8Array,
  name: string,
  onWarning: (message: string) => void,
  elements = new Map<number, Element>(),
): Promise<OpenedFile> {
  if (!isDicom(content)) {
    throw new VolumeFormatError(
      isBlank(content)
        ? `${name}: must hold DICOM elements, but is empty; fetch or export the file again`
        : `${name}: must start with "DICM" after 128 bytes, or with elements of group 0002 or 0008, but does not; it is no DICOM file`,
      { offset: 0 },
    );
  }
  let file = bytesOf(content, name);
  const range = { start: startOfElements(content), end: content.length };
  const meta: Encoding = { isLittle: true, isExplicit: true };
  const start = readElements(file, meta, range, elements, (tag) => tag >= 0x00030000);
  const stated = dataSetOf(file, { byTag: elements, encoding: meta }).text('TransferSyntaxUID');
  if (stated === DEFLATED) {
    file = bytesOf(
      joinBytes([content.subarray(0, start), await inflated(content, start, name)]),
      name,
    );
  }
  return { file, elements, start, ...encodingOf(file, start, stated, onWarning) };
}

/**
 * How the data set is encoded: as the file states it, unless the first element looks otherwise or
 * nothing is stated.
 */
function encodingOf(
  { bytes, name }: DicomBytes,
  start: number,
  stated: string | undefined,
  onWarning: (message: string) => void,
): { readonly encoding: Encoding; readonly transferSyntaxUid: string } {
  const letters = String.fromCharCode(...bytes.subarray(start + 4, start + 6));
  const isEmpty = start >= bytes.length;
  const isExplicit = isEmpty ? stated !== IMPLICIT_LITTLE_ENDIAN : /^[A-Z]{2}$/.test(letters);
  const looksBig = bytes[start] === 0 && bytes[start + 1] !== 0;
  const isLittle = stated === undefined ? !looksBig : stated !== EXPLICIT_BIG_ENDIAN;
  const seen = !isLittle
    ? EXPLICIT_BIG_ENDIAN
    : isExplicit
      ? EXPLICIT_LITTLE_ENDIAN
      : IMPLICIT_LITTLE_ENDIAN;
  if (stated !== undefined && isExplicit !== (stated !== IMPLICIT_LITTLE_ENDIAN)) {
    onWarning(
      `${name}: states transfer syntax ${stated}, but its elements ${isExplicit ? 'say' : 'do not say'} their value representations, and are read so`,
    );
  }
  return { encoding: { isLittle, isExplicit }, transferSyntaxUid: stated ?? seen };
}

async function inflated(content: Uint8Array, start: number, name: string): Promise<Uint8Array> {
  const source = inflatingSource(content.subarray(start), 'deflate-raw', name);
  try {
    return await source.readRest(MAX_INFLATED_BYTES);
  } finally {
    await source.close();
  }
}

function bytesOf(bytes: Uint8Array, name: string): DicomBytes {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), name };
}
