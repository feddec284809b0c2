import type { NdArray } from '@sts-net/views';
import { relativeDeterminant, type Spacing, spacingOf } from '../geometry/affine.ts';
import type { VoxelArray } from '../voxels/voxel-arrays.ts';
import { checkVolume, type Volume } from './volume.ts';

export interface CreateVolumeOptions {
  /** mm, in the order `[slice, row, column]`. @default the lengths of the affine's columns, or 1 */
  readonly spacing?: Spacing;
  /** Voxel (column, row, slice) → world RAS in mm, 16 numbers, row by row. @default the spacing alone */
  readonly affine?: readonly number[];
}

/**
 * A volume on a grid of its own, for voxels that come from no file.
 * @param voxels `[slice, row, column]`
 * @throws {RangeError} if spacing and affine disagree or are no invertible geometry
 */
export function createVolume<T extends VoxelArray>(
  voxels: NdArray<T>,
  options: CreateVolumeOptions = {},
): Volume<T> {
  const [dz, dy, dx] =
    options.spacing ?? (options.affine === undefined ? [1, 1, 1] : spacingOf(options.affine));
  const { affine = [dx, 0, 0, 0, 0, dy, 0, 0, 0, 0, dz, 0, 0, 0, 0, 1] } = options;
  const volume: Volume<T> = { voxels, spacing: [dz, dy, dx], affine };
  checkVolume('createVolume', volume);
  if (Math.abs(relativeDeterminant(affine)) < 1e-6) {
    throw new RangeError(
      `\`createVolume\`: affine must be invertible, got [${affine.join(', ')}]; its columns are the steps along column, row and slice`,
    );
  }
  const expected = spacingOf(affine);
  if (volume.spacing.some((step, i) => Math.abs(step - expected[i]!) > 1e-4 * expected[i]!)) {
    throw new RangeError(
      `\`createVolume\`: spacing must be the lengths of the affine's columns, [${expected.join(', ')}], got [${volume.spacing.join(', ')}]; leave one of the two out`,
    );
  }
  return volume;
}

/** A volume without a header, for voxels on a new grid. */
export function onGrid<T extends VoxelArray>(
  voxels: NdArray<T>,
  affine: readonly number[],
): Volume<T> {
  const volume: Volume<T> = { voxels, spacing: spacingOf(affine), affine };
  checkVolume('volume', volume);
  return volume;
}
