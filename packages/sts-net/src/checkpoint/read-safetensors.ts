import { readFileSync } from 'node:fs';
import { fileError } from '../files/file-error.ts';

/** A tensor as weight files hold it: row-major values (converted to float32) and their shape. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The content of a safetensors file. */
export interface SafetensorsFile {
  readonly tensors: Map<string, StoredTensor>;
  /** The file's `__metadata__`: free text by key. */
  readonly metadata: Readonly<Record<string, string>>;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const elementSizes: Readonly<Record<string, number>> = { F32: 4, F16: 2, BF16: 2, I64: 8 };

/**
 * Reads the tensors of a safetensors file (F32, F16, BF16, I64), all as float32.
 *
 * @param source the file's path or its bytes
 * @throws Error naming the file, the tensor and the defect; nothing is returned from a damaged file.
 */
export function readSafetensors(source: string | Uint8Array): Map<string, StoredTensor> {
  return readSafetensorsFile(source).tensors;
}

/** As `readSafetensors`, with the file's metadata. */
export function readSafetensorsFile(source: string | Uint8Array): SafetensorsFile {
  const name = typeof source === 'string' ? `'${source}'` : 'safetensors bytes';
  const given = typeof source === 'string' ? readBytes(source) : source;
  // Node's Buffer is a Uint8Array whose `slice` does not copy; a plain one does.
  const bytes = new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = bytes.length < 8 ? Number.NaN : Number(view.getBigUint64(0, true));
  if (!(headerLength >= 2 && headerLength <= bytes.length - 8)) {
    throw damaged(
      name,
      `a header inside ${bytes.length} bytes`,
      `a header length of ${headerLength}`,
    );
  }
  const header = parseHeader(bytes.subarray(8, 8 + headerLength), name);
  const body = bytes.subarray(8 + headerLength);
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = new Map<string, StoredTensor>();
  for (const [key, value] of Object.entries(entries)) {
    const { dtype, shape, data_offsets } = checkEntry(value, key, body.length, name);
    const data = toFloat32(body.slice(...data_offsets).buffer, dtype);
    tensors.set(key, { shape, data });
  }
  return { tensors, metadata: checkMetadata(metadata, name) };
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw fileError(path, 'read', cause);
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
  const size = elementSizes[dtype ?? ''];
  if (size === undefined || dtype === undefined) {
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
  const length = shape.reduce((a, b) => a * b, size);
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

function toFloat32(buffer: ArrayBuffer, dtype: string): Float32Array {
  switch (dtype) {
    case 'F16':
      return Float32Array.from(new Uint16Array(buffer), halfToNumber);
    case 'BF16': {
      const words = new Uint16Array(buffer);
      return new Float32Array(Uint32Array.from(words, (word) => word << 16).buffer);
    }
    case 'I64':
      return Float32Array.from(new BigInt64Array(buffer), Number);
    default:
      return new Float32Array(buffer);
  }
}

/** IEEE 754 binary16. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function damaged(
  subject: string,
  requirement: string,
  actual: string,
  remedy = 'the file is damaged or no safetensors file; fetch or write it again',
): Error {
  return new RangeError(`${subject} must have ${requirement}, got ${actual}; ${remedy}`);
}
