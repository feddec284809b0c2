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

/** Puts the `count` numbers at the start of a buffer into `result`, from `at` on. */
type Decode = (buffer: ArrayBuffer, count: number, result: Float32Array, at: number) => void;

type NumberArray = new (buffer: ArrayBuffer, offset: number, length: number) => ArrayLike<number>;
const same =
  (Numbers: NumberArray): Decode =>
  (buffer, count, result, at) =>
    result.set(new Numbers(buffer, 0, count), at);

const decoders: Readonly<Record<Exclude<ElementType, 'F32'>, Decode>> = {
  F64: same(Float64Array),
  F16: decodeHalves,
  BF16: decodeUpperHalves,
  I64(buffer, count, result, at) {
    const numbers = new BigInt64Array(buffer, 0, count);
    for (let i = 0; i < count; i++) result[at + i] = Number(numbers[i]);
  },
  I32: same(Int32Array),
  I16: same(Int16Array),
  I8: same(Int8Array),
  U8: same(Uint8Array),
  BOOL: same(Uint8Array),
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
  for (let done = 0; done < count; done += portion) {
    const now = Math.min(portion, count - done);
    source.read(bytes.subarray(0, now * size), offset + done * size);
    decode(bytes.buffer, now, result, done);
  }
  return result;
}

/** The value of every binary16 number of IEEE 754. */
let halves: Float32Array | undefined;

function decodeHalves(buffer: ArrayBuffer, count: number, result: Float32Array, at: number): void {
  halves ??= Float32Array.from({ length: 2 ** 16 }, (_, bits) => halfToNumber(bits));
  const table = halves;
  const words = new Uint16Array(buffer, 0, count);
  for (let i = 0; i < count; i++) result[at + i] = table[words[i]!]!;
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A bfloat16 is the upper half of a float32. */
function decodeUpperHalves(
  buffer: ArrayBuffer,
  count: number,
  result: Float32Array,
  at: number,
): void {
  const words = new Uint16Array(buffer, 0, count);
  const bits = new Uint32Array(result.buffer);
  for (let i = 0; i < count; i++) bits[at + i] = words[i]! << 16;
}
