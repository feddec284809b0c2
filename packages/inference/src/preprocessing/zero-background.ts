import type { NdArray } from '@sts-net/views';
import type { VoxelArray } from '@sts-net/volume-io';
import { valuesOf } from './values-of.ts';

/** The least share of the voxels that a background has. */
const leastBackground = 0.05;
/** The most voxels of 0 among those that are not background. */
const mostZerosWithin = 1e-3;

/** Whether zeros surround what an image shows, and hardly any lies within. See `zeroBackground`. */
export function hasZeroBackground(voxels: NdArray<VoxelArray>): boolean {
  const values = valuesOf(voxels);
  const isBackground = zeroBackground(values, voxels.shape);
  let background = 0;
  let zeros = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i] === 0) zeros++;
    background += isBackground[i]!;
  }
  const shown = values.length - background;
  const isThere = background >= leastBackground * values.length;
  return isThere && zeros - background <= mostZerosWithin * shown;
}

/**
 * The zeros from which only zeros lead to the border of the image, over faces of voxels; of one slice,
 * over edges of pixels to the border of the plane. What is left are the voxels that SciPy's
 * `binary_fill_holes` gives for those that are not 0.
 * @param values in C order
 * @param shape `[slice, row, column]`
 * @returns 1 for background, in C order
 */
export function zeroBackground(values: VoxelArray, shape: readonly number[]): Uint8Array {
  const [slices, rows, columns] = shape as [number, number, number];
  const plane = rows * columns;
  const background = new Uint8Array(values.length);
  // Each voxel is put there once.
  const queue = new Uint32Array(values.length);
  let length = 0;
  const visit = (i: number) => {
    if (values[i] !== 0 || background[i] === 1) return;
    background[i] = 1;
    queue[length++] = i;
  };
  for (let i = 0; i < values.length; i++) {
    const slice = Math.floor(i / plane);
    const row = Math.floor(i / columns) % rows;
    const column = i % columns;
    const isOuterSlice = slices > 1 && (slice === 0 || slice === slices - 1);
    const isOuterPixel = row === 0 || row === rows - 1 || column === 0 || column === columns - 1;
    if (isOuterSlice || isOuterPixel) visit(i);
  }
  for (let at = 0; at < length; at++) {
    const i = queue[at]!;
    const column = i % columns;
    const row = Math.floor(i / columns) % rows;
    if (column > 0) visit(i - 1);
    if (column < columns - 1) visit(i + 1);
    if (row > 0) visit(i - columns);
    if (row < rows - 1) visit(i + columns);
    if (i >= plane) visit(i - plane);
    if (i + plane < values.length) visit(i + plane);
  }
  return background;
}
