import type { NdArray } from 'ndarray';
import { checkVolume } from './check-volume.ts';
import { relativeDeterminant } from './nifti/geometry.ts';
import type { Spacing, Volume, VoxelArray } from './volume.ts';

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
  const [dz, dy, dx] = options.spacing ?? spacingOf(options.affine);
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

function spacingOf(affine: readonly number[] | undefined): Spacing {
  if (affine === undefined) return [1, 1, 1];
  const length = (c: number) => Math.hypot(affine[c]!, affine[4 + c]!, affine[8 + c]!);
  return [length(2), length(1), length(0)];
}
