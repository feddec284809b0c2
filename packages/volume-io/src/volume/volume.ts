import type { NdArray } from '@sts-net/views';
import type { Spacing } from '../geometry/affine.ts';
import type { VolumeHeader } from '../headers/volume-header.ts';
import type { VoxelArray } from '../voxels/voxel-arrays.ts';

/**
 * A 3-D image in patient space.
 */
export interface Volume<T extends VoxelArray = VoxelArray> {
  /** Real-world values (after slope and intercept), `[slice, row, column]`. */
  readonly voxels: NdArray<T>;
  /** mm, in the order of the axes of `voxels`; all positive. */
  readonly spacing: Spacing;
  /**
   * 4×4 matrix, row by row (16 numbers), from voxel `(column, row, slice, 1)` to world
   * `(x, y, z, 1)` in mm, with +x right, +y anterior, +z superior (RAS).
   */
  readonly affine: readonly number[];
  /** The header the volume was read with; `writeVolume` writes a NIfTI header's geometry back bit by bit. */
  readonly header?: VolumeHeader;
}

/** Throws unless the value has the parts of a `Volume` with consistent lengths. */
export function checkVolume(subject: string, volume: Volume): void {
  const { voxels, spacing, affine } = volume;
  const { shape } = voxels;
  if (shape.length !== 3 || shape.some((length) => length < 1)) {
    throw new RangeError(
      `\`${subject}\`: voxels must have shape [slice, row, column] without empty axes, got [${shape.join(', ')}]`,
    );
  }
  if (spacing.length !== 3 || !spacing.every((step) => step > 0 && Number.isFinite(step))) {
    throw new RangeError(
      `\`${subject}\`: spacing must be three positive distances in mm, got [${spacing.join(', ')}]`,
    );
  }
  if (affine.length !== 16 || !affine.every(Number.isFinite)) {
    throw new RangeError(
      `\`${subject}\`: affine must be 16 finite numbers, row by row, got [${affine.join(', ')}]`,
    );
  }
}
