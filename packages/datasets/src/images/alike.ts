import type { VoxelArray } from '@sts-net/volume-io';
import type { NdArray } from 'ndarray';

/** Rows and columns that images are averaged to before they are compared. */
const cells = 16;

/**
 * Correlation from which two images are alike. Of breast ultrasound it finds frames taken moments
 * apart and copies with other brightness, size or callipers; different patients reach 0.8.
 */
const threshold = 0.95;

/** Differences between neighbouring cells of an image, as a vector of length 1. */
export type Print = Float32Array;

/** @param voxels `[slice, row, column]`; of the first slice */
export function printOf(voxels: NdArray<VoxelArray>): Print {
  const means = cellMeans(voxels);
  const print = new Float32Array(2 * cells * (cells - 1));
  let to = 0;
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      const at = row * cells + column;
      if (column + 1 < cells) print[to++] = means[at + 1]! - means[at]!;
      if (row + 1 < cells) print[to++] = means[at + cells]! - means[at]!;
    }
  }
  const length = Math.hypot(...print);
  return print.map((difference) => difference / (length || 1));
}

/** Pairs of images that are nearly the same, by their index. */
export function* alikePairs(prints: readonly Print[]): Generator<readonly [number, number]> {
  for (const [i, one] of prints.entries()) {
    for (let j = i + 1; j < prints.length; j++) {
      const other = prints[j]!;
      let correlation = 0;
      for (let k = 0; k < one.length; k++) correlation += one[k]! * other[k]!;
      if (correlation >= threshold) yield [i, j];
    }
  }
}

function cellMeans({ data, shape, stride, offset }: NdArray<VoxelArray>): Float64Array {
  const [, rows, columns] = shape as [number, number, number];
  const [, rowStride, columnStride] = stride as [number, number, number];
  return Float64Array.from({ length: cells * cells }, (_, cell) => {
    const [top, bottom] = rangeOf(Math.floor(cell / cells), rows);
    const [left, right] = rangeOf(cell % cells, columns);
    let sum = 0;
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) {
        sum += data[offset + row * rowStride + column * columnStride]!;
      }
    }
    return sum / ((bottom - top) * (right - left));
  });
}

/** The first pixel of a cell and one after its last; at least one pixel. */
function rangeOf(cell: number, length: number): readonly [number, number] {
  const first = Math.floor((cell * length) / cells);
  return [first, Math.max(first + 1, Math.floor(((cell + 1) * length) / cells))];
}
