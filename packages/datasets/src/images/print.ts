import type { VoxelArray } from '@sts-net/volume-io';
import type { NdArray } from 'ndarray';

/** Rows and columns that images are averaged to before they are compared. */
const cells = 16;

/** Numbers of a print: all frequencies of the cells but the mean. */
export const printLength: number = cells * cells - 1;

/**
 * What an image looks like from afar, so that brightness, contrast and size do not count: its cosine
 * transform, each frequency weighted by how steep it is. Two prints have the angle between them that
 * the differences between neighbouring cells of their images have, since the transform is a rotation of
 * these. In whole numbers, of which the largest is 127 or −127; all 0 for an image of one grey.
 */
export type Print = Int8Array;

/** `cos((2x + 1) u π / 32)` at [u][x], orthonormal. */
const basis = Array.from({ length: cells }, (_, u) =>
  Float64Array.from({ length: cells }, (_x, x) => {
    const scale = Math.sqrt((u === 0 ? 1 : 2) / cells);
    return scale * Math.cos(((2 * x + 1) * u * Math.PI) / (2 * cells));
  }),
);

/** The squared length of a cosine's differences between neighbours, for one of length 1. */
const steepness = Float64Array.from(
  { length: cells },
  (_, u) => 2 - 2 * Math.cos((u * Math.PI) / cells),
);

/** @param voxels `[slice, row, column]`; of the first slice */
export function printOf(voxels: NdArray<VoxelArray>): Print {
  const means = cellMeans(voxels);
  const print = new Float64Array(printLength);
  for (let v = 0; v < cells; v++) {
    // Along columns first, for all u together.
    const along = new Float64Array(cells);
    for (let row = 0; row < cells; row++) {
      for (let column = 0; column < cells; column++) {
        along[column]! += basis[v]![row]! * means[row * cells + column]!;
      }
    }
    for (let u = v === 0 ? 1 : 0; u < cells; u++) {
      let sum = 0;
      for (let column = 0; column < cells; column++) sum += basis[u]![column]! * along[column]!;
      print[v * cells + u - 1] = sum * Math.sqrt(steepness[u]! + steepness[v]!);
    }
  }
  const largest = print.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  // What is left of one grey by rounding is no picture.
  const isFlat =
    largest <= 1e-9 * means.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return Int8Array.from(print, (value) => (isFlat ? 0 : Math.round((127 * value) / largest)));
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

/** A print as text, for a manifest. */
export function printText(print: Print): string {
  return Buffer.from(print.buffer, print.byteOffset, print.length).toString('base64');
}

/** The print that `printText` wrote. */
export function parsePrint(text: string): Print {
  return new Int8Array(Buffer.from(text, 'base64'));
}
