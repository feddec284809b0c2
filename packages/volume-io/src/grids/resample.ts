import { movedAffine, type Spacing } from '../geometry/affine.ts';
import { onGrid } from '../volume/create-volume.ts';
import { checkVolume, type Volume } from '../volume/volume.ts';
import { emptyLike, type VoxelArray } from '../voxels/voxel-arrays.ts';
import { checkInterpolation, type Interpolation, sampleAlong } from './sample-lines.ts';

export interface ResampleOptions {
  /**
   * `linear` between the eight nearest voxels, or the `nearest` voxel, as labels need it.
   * @default 'linear'
   */
  readonly interpolation?: Interpolation;
}

/**
 * Samples a volume at another spacing. The new grid covers the same box of space (the outer faces of
 * the outermost voxels; to a fraction of a voxel where the spacing does not divide it), its
 * direction is the same, and places beyond the outermost voxels' centres take those voxels' values.
 * Voxels keep their type: linear values are rounded (half up) in integer types.
 * @param spacing mm, `[slice, row, column]`
 * @throws {RangeError} if a distance is not positive or the result would be too large
 */
export function resample<T extends VoxelArray>(
  volume: Volume<T>,
  spacing: Spacing,
  options: ResampleOptions = {},
): Volume<T> {
  checkVolume('resample', volume);
  const { interpolation = 'linear' } = options;
  checkInterpolation('resample', interpolation);
  if (spacing.length !== 3 || !spacing.every((step) => step > 0 && Number.isFinite(step))) {
    throw new RangeError(
      `\`resample\`: spacing must be three positive distances in mm, got [${spacing.join(', ')}]`,
    );
  }
  const { voxels } = volume;
  const ratios = spacing.map((step, i) => step / volume.spacing[i]!);
  // Lengths of the affine's columns are rounded, so half a voxel may come as a little less.
  const shape = voxels.shape.map((length, i) =>
    Math.max(1, Math.floor(length / ratios[i]! + 0.5 + 1e-6)),
  );
  const size = shape.reduce((product, length) => product * length, 1);
  if (!(size <= 2 ** 31)) {
    throw new RangeError(
      `\`resample\`: the result must have at most 2147483648 voxels, got ${shape.join('×')}; choose a larger spacing`,
    );
  }
  // Voxel i of the new grid lies at (i + ½) · ratio − ½ of the old one, centred where it does not fit.
  const starts = ratios.map(
    (ratio, i) => (voxels.shape[i]! - shape[i]! * ratio) / 2 + ratio / 2 - 0.5,
  );
  const places = shape.map((length, i) =>
    Float64Array.from({ length }, (_, k) => starts[i]! + k * ratios[i]!),
  );
  const [rz, ry, rx] = ratios as [number, number, number];
  const [z, y, x] = starts as [number, number, number];
  const affine = movedAffine(volume.affine, [rx, 0, 0, x, 0, ry, 0, y, 0, 0, rz, z, 0, 0, 0, 1]);
  const sampled = emptyLike(voxels.data, shape);
  sampleAlong(voxels, sampled, places, interpolation);
  return onGrid(sampled, affine);
}
