import type { VoxelArray } from '../voxels/voxel-arrays.ts';
import type { TiffPage } from './tiff-page.ts';

type Stored = Pick<TiffPage, 'bits' | 'format'>;

/** An array for samples of a kind. */
export function samplesFor({ bits, format }: Stored, length: number): VoxelArray {
  if (format === 'float') return bits === 64 ? new Float64Array(length) : new Float32Array(length);
  if (bits <= 8) return format === 'signed' ? new Int8Array(length) : new Uint8Array(length);
  if (bits <= 16) return format === 'signed' ? new Int16Array(length) : new Uint16Array(length);
  return format === 'signed' ? new Int32Array(length) : new Uint32Array(length);
}

/** Writes the samples of one line into `to`. Those of less than a byte are packed, the first highest. */
export function readSamples(
  line: Uint8Array,
  { bits, format }: Stored,
  littleEndian: boolean,
  to: VoxelArray,
): void {
  if (format === 'unsigned' && bits === 8) {
    to.set(line.subarray(0, to.length));
    return;
  }
  const view = new DataView(line.buffer, line.byteOffset, line.length);
  const read = readers[`${format} ${bits}`];
  const bytes = bits / 8;
  for (let i = 0; i < to.length; i++) {
    to[i] = read === undefined ? packed(line, i * bits, bits) : read(view, bytes * i, littleEndian);
  }
}

type Reader = (view: DataView, at: number, littleEndian: boolean) => number;

const readers: Readonly<Record<string, Reader>> = {
  'unsigned 16': (view, at, little) => view.getUint16(at, little),
  'unsigned 32': (view, at, little) => view.getUint32(at, little),
  'signed 8': (view, at) => view.getInt8(at),
  'signed 16': (view, at, little) => view.getInt16(at, little),
  'signed 32': (view, at, little) => view.getInt32(at, little),
  'float 16': (view, at, little) => halfFloat(view.getUint16(at, little)),
  'float 32': (view, at, little) => view.getFloat32(at, little),
  'float 64': (view, at, little) => view.getFloat64(at, little),
};

/** A number of `bits` bits (at most 16) from bit `at` on. */
function packed(line: Uint8Array, at: number, bits: number): number {
  const byte = at >> 3;
  const held = (line[byte]! << 16) | ((line[byte + 1] ?? 0) << 8) | (line[byte + 2] ?? 0);
  return (held >> (24 - (at & 7) - bits)) & (2 ** bits - 1);
}

/** The value of a 16-bit floating-point number (IEEE 754, binary16). */
function halfFloat(word: number): number {
  const exponent = (word >> 10) & 31;
  const fraction = word & 1023;
  const sign = word >> 15 === 0 ? 1 : -1;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/**
 * Undoes the differences of one line in place (TIFF 6.0, section 14; Technical Note 3).
 * @param count samples that lie side by side for a pixel
 * @returns whether its bytes are now in big-endian order, whatever the file's
 */
export function undoPredictor(
  line: Uint8Array,
  { bits, predictor }: Pick<TiffPage, 'bits' | 'predictor'>,
  count: number,
  littleEndian: boolean,
): boolean {
  const bytes = bits / 8;
  if (predictor === 3) {
    // Bytes of equal weight lie together, the highest first.
    for (let i = count; i < line.length; i++) line[i]! += line[i - count]!;
    const sorted = line.slice();
    const length = line.length / bytes;
    for (let i = 0; i < length; i++) {
      for (let b = 0; b < bytes; b++) line[i * bytes + b] = sorted[b * length + i]!;
    }
    return true;
  }
  const step = count * bytes;
  for (let at = step; at < line.length; at += bytes) {
    // Added byte by byte with what is carried, from the lowest.
    let carry = 0;
    for (let b = 0; b < bytes; b++) {
      const place = at + (littleEndian ? b : bytes - 1 - b);
      const sum = line[place]! + line[place - step]! + carry;
      line[place] = sum;
      carry = sum >> 8;
    }
  }
  return false;
}
