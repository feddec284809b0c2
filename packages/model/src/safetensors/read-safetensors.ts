import { type ByteSource, byteSourceOf } from '../bytes/byte-source.ts';
import { type ElementType, elementSizes, readElements } from '../bytes/element-type.ts';
import type { StoredTensor } from '../bytes/stored-tensor.ts';

/** The content of a safetensors file. */
export interface SafetensorsFile {
  readonly tensors: Map<string, StoredTensor>;
  /** The file's `__metadata__`: free text by key. */
  readonly metadata: Readonly<Record<string, string>>;
}

interface Entry {
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** What the reference implementation of the format allows. */
const longestHeader = 100_000_000;

/**
 * Reads the tensors of a safetensors file (floating-point numbers, integers and booleans of up to 64
 * bits), all as float32. A source is read tensor by tensor, so that little more than the result is in
 * memory.
 *
 * @param source the file's bytes, or where to read them
 * @throws Error naming the source, the tensor and the defect; nothing is returned from a damaged file.
 */
export function readSafetensors(source: Uint8Array | ByteSource): Map<string, StoredTensor> {
  return readSafetensorsFile(source).tensors;
}

/** As `readSafetensors`, with the file's metadata. */
export function readSafetensorsFile(source: Uint8Array | ByteSource): SafetensorsFile {
  return read(byteSourceOf(source, 'safetensors bytes'));
}

function read(source: ByteSource): SafetensorsFile {
  const { name, size } = source;
  const bytes = (length: number, offset: number): Uint8Array => {
    const result = new Uint8Array(length);
    source.read(result, offset);
    return result;
  };
  const headerLength =
    size < 8 ? Number.NaN : Number(new DataView(bytes(8, 0).buffer).getBigUint64(0, true));
  if (!(headerLength >= 2 && headerLength <= Math.min(size - 8, longestHeader))) {
    throw damaged(name, `a header inside ${size} bytes`, `a header length of ${headerLength}`);
  }
  const header = parseHeader(bytes(headerLength, 8), name);
  const start = 8 + headerLength;
  const { __metadata__: metadata = {}, ...values } = header;
  const texts = checkMetadata(metadata, name);
  const entries = Object.entries(values).map(
    ([key, value]) => [key, checkEntry(value, key, size - start, name)] as const,
  );
  checkCover(entries, size - start, name);
  const tensors = new Map<string, StoredTensor>();
  for (const [key, { dtype, shape, data_offsets: offsets }] of entries) {
    const count = shape.reduce((a, b) => a * b, 1);
    tensors.set(key, { shape, data: readElements(source, start + offsets[0], count, dtype) });
  }
  return { tensors, metadata: texts };
}

/** The format wants every byte to belong to one tensor; else a small file could fill the memory. */
function checkCover(
  entries: readonly (readonly [string, Entry])[],
  bodyLength: number,
  name: string,
): void {
  const sorted = entries
    .map(([key, { data_offsets: offsets }]) => ({ key, begin: offsets[0], end: offsets[1] }))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let position = 0;
  for (const { key, begin, end } of sorted) {
    if (begin !== position) {
      const actual = `data from ${begin} on`;
      throw damaged(`${name}, tensor '${key}'`, `data from byte ${position} on`, actual);
    }
    position = end;
  }
  if (position !== bodyLength) {
    throw damaged(name, `${position} bytes of data, as its tensors need`, `${bodyLength}`);
  }
}

function parseHeader(bytes: Uint8Array, name: string): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isObject(header)) return header;
  } catch {
    // Falls through to the same error: either way the header is no JSON object.
  }
  throw damaged(name, 'a JSON object as header', 'something else');
}

function checkMetadata(metadata: unknown, name: string): Record<string, string> {
  const texts = Object.values(metadata ?? []);
  if (isObject(metadata) && texts.every((text) => typeof text === 'string')) {
    return metadata as Record<string, string>;
  }
  throw damaged(name, 'texts as metadata', JSON.stringify(metadata));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkEntry(value: unknown, key: string, bodyLength: number, name: string): Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Partial<Entry>;
  if (dtype === undefined || !Object.hasOwn(elementSizes, dtype)) {
    throw damaged(
      `${name}, tensor '${key}'`,
      `dtype ${Object.keys(elementSizes).join(', ')}`,
      JSON.stringify(dtype),
      'convert it to float32',
    );
  }
  if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw damaged(`${name}, tensor '${key}'`, 'a shape of whole numbers', JSON.stringify(shape));
  }
  const length = shape.reduce((a, b) => a * b, elementSizes[dtype]);
  const [begin, end] = (Array.isArray(offsets) ? offsets : []).map(Number) as [number, number];
  const inside = Number.isSafeInteger(begin) && begin >= 0 && end <= bodyLength;
  if (!inside || end - begin !== length) {
    throw damaged(
      `${name}, tensor '${key}'`,
      `${length} bytes within the file's ${bodyLength} bytes of data`,
      `data_offsets ${JSON.stringify(offsets)}`,
    );
  }
  return { dtype, shape, data_offsets: [begin, end] };
}

function damaged(
  subject: string,
  requirement: string,
  actual: string,
  remedy = 'the file is damaged or no safetensors file; fetch or write it again',
): Error {
  return new RangeError(`${subject} must have ${requirement}, got ${actual}; ${remedy}`);
}
