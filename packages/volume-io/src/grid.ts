import ndarray, { type NdArray } from 'ndarray';
import { checkVolume } from './check-volume.ts';
import type { Volume, VoxelArray } from './volume.ts';

/** The most voxels that all masks of a file may have together. */
export const MAX_MASK_VOXELS: number = 2 ** 30;

/** The affine of a grid whose voxel (column, row, slice) is the old grid's voxel `matrix · voxel`. */
export function movedAffine(affine: readonly number[], matrix: readonly number[]): number[] {
  const moved: number[] = [];
  for (let r = 0; r < 4; r++) {
    for (let c = 0; c < 4; c++) {
      let sum = 0;
      for (let k = 0; k < 4; k++) sum += affine[4 * r + k]! * matrix[4 * k + c]!;
      // No −0, which would compare unequal.
      moved.push(sum + 0);
    }
  }
  return moved;
}

/** A volume without a header, for voxels on a new grid. */
export function onGrid<T extends VoxelArray>(
  voxels: NdArray<T>,
  affine: readonly number[],
): Volume<T> {
  const length = (c: number) => Math.hypot(affine[c]!, affine[4 + c]!, affine[8 + c]!);
  const volume: Volume<T> = { voxels, spacing: [length(2), length(1), length(0)], affine };
  checkVolume('volume', volume);
  return volume;
}

/** Zeros of the same type as `data`. */
export function emptyLike<T extends VoxelArray>(data: T, shape: readonly number[]): NdArray<T> {
  const Type = data.constructor as new (length: number) => T;
  return ndarray(new Type(shape.reduce((product, length) => product * length, 1)), [...shape]);
}
