import type { VoxelArray } from '@sts-net/volume-io';
import type { NdArray } from 'ndarray';

/** Cells that an image is averaged to. */
const height = 8;
const width = 9;

/**
 * Whether brightness rises from each cell of a coarse grid to the next, as 64 bits in two numbers:
 * nearly the same for an image that was resized, brightened or drawn on.
 *
 * @param voxels `[slice, row, column]`; of the first slice
 */
export function differenceHash(voxels: NdArray<VoxelArray>): readonly [number, number] {
  const means = cellMeans(voxels);
  const words = [0, 0] as [number, number];
  for (let bit = 0; bit < height * (width - 1); bit++) {
    const cell = Math.floor(bit / (width - 1)) * width + (bit % (width - 1));
    if (means[cell + 1]! > means[cell]!) words[bit >> 5]! |= 1 << (bit & 31);
  }
  return words;
}

/** In how many of the 64 bits two hashes differ. */
export function hashDistance(a: readonly [number, number], b: readonly [number, number]): number {
  return bitCount(a[0] ^ b[0]) + bitCount(a[1] ^ b[1]);
}

function cellMeans({ data, shape, stride, offset }: NdArray<VoxelArray>): Float64Array {
  const [, rows, columns] = shape as [number, number, number];
  const [, rowStride, columnStride] = stride as [number, number, number];
  const sums = new Float64Array(height * width);
  const counts = new Float64Array(height * width);
  for (let row = 0; row < rows; row++) {
    const first = Math.floor((row * height) / rows) * width;
    let at = offset + row * rowStride;
    for (let column = 0; column < columns; column++, at += columnStride) {
      const cell = first + Math.floor((column * width) / columns);
      sums[cell]! += data[at]!;
      counts[cell]!++;
    }
  }
  return sums.map((sum, cell) => sum / counts[cell]!);
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits >>> 0; rest !== 0; rest &= rest - 1) count++;
  return count;
}
