import { type ByteSource, requireBytes } from './byte-source.ts';

/** How a weight file stores a number, in the words of safetensors. Little-endian. */
export type ElementType =
  | 'F64'
  | 'F32'
  | 'F16'
  | 'BF16'
  | 'I64'
  | 'I32'
  | 'I16'
  | 'I8'
  | 'U8'
  | 'BOOL';

/** Bytes of a stored number. */
export const elementSizes: Readonly<Record<ElementType, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

type Decode = (from: DataView, index: number) => number;

const decoders: Readonly<Record<Exclude<ElementType, 'F32'>, Decode>> = {
  F64: (from, i) => from.getFloat64(i * 8, true),
  F16: (from, i) => halfToNumber(from.getUint16(i * 2, true)),
  BF16: (from, i) => bfloatToNumber(from.getUint16(i * 2, true)),
  I64: (from, i) => Number(from.getBigInt64(i * 8, true)),
  I32: (from, i) => from.getInt32(i * 4, true),
  I16: (from, i) => from.getInt16(i * 2, true),
  I8: (from, i) => from.getInt8(i),
  U8: (from, i) => from.getUint8(i),
  BOOL: (from, i) => from.getUint8(i),
};

/** Numbers that are decoded at a time: what is read beside the result stays small. */
const portion = 2 ** 16;

/**
 * Reads `count` numbers from `offset` on, rounded to float32. Needs the memory of its result only.
 *
 * @throws RangeError naming the source, if it ends before
 */
export function readElements(
  source: ByteSource,
  offset: number,
  count: number,
  type: ElementType,
): Float32Array {
  const size = elementSizes[type];
  // Asked before the result is allocated, for a damaged file may claim any size.
  requireBytes(source, offset, count * size);
  const result = new Float32Array(count);
  if (type === 'F32') {
    source.read(new Uint8Array(result.buffer), offset);
    return result;
  }
  const decode = decoders[type];
  const bytes = new Uint8Array(Math.min(portion, count) * size);
  const view = new DataView(bytes.buffer);
  for (let done = 0; done < count; done += portion) {
    const now = Math.min(portion, count - done);
    source.read(bytes.subarray(0, now * size), offset + done * size);
    for (let i = 0; i < now; i++) result[done + i] = decode(view, i);
  }
  return result;
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

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** The upper half of a float32. */
function bfloatToNumber(bits: number): number {
  word[0] = bits << 16;
  return float[0]!;
}
