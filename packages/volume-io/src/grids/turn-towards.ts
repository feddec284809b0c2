import { stepOf } from '../geometry/affine.ts';
import { dot, unit, type Vector } from '../geometry/vectors.ts';
import type { Volume } from '../volume/volume.ts';
import type { VoxelArray } from '../voxels/voxel-arrays.ts';
import { type AxisSource, allTurns, turnAxes } from './turn-axes.ts';

/** Directions in the world, in RAS; those that are left out do not matter. */
export interface Directions {
  readonly column?: Vector;
  readonly row?: Vector;
  readonly slice?: Vector;
}

/**
 * A volume whose slices are cut across a direction, as nearly as its grid allows; it counts as either way.
 * @returns `volume` itself if they are so already
 */
export function sliceAcross<T extends VoxelArray>(volume: Volume<T>, normal: Vector): Volume<T> {
  const along = [0, 1, 2].map((axis) =>
    Math.abs(dot(unit(stepOf(volume.affine, axis)), unit(normal))),
  );
  const nearest = along.indexOf(Math.max(...along));
  if (along[2]! > along[nearest]! - 1e-9) return volume;
  return turnTowards(volume, { slice: stepOf(volume.affine, nearest) });
}

/**
 * A volume with its axes in the order and direction in which they lead most nearly along given
 * directions. No voxel is copied, and each keeps its place in the world.
 * @returns `volume` itself if its axes lie so already
 */
export function turnTowards<T extends VoxelArray>(
  volume: Volume<T>,
  { column, row, slice }: Directions,
): Volume<T> {
  const steps = [0, 1, 2].map((axis) => unit(stepOf(volume.affine, axis)));
  const wanted = [column, row, slice].map((direction) => direction && unit(direction));
  const score = (sources: readonly AxisSource[]) =>
    sources.reduce((sum, { axis, mirrored }, i) => {
      const cosine = wanted[i] === undefined ? 0 : dot(steps[axis]!, wanted[i]);
      return sum + (mirrored ? -cosine : cosine);
    }, 0);
  const [first, ...others] = allTurns();
  const best = others.reduce((a, b) => (score(b) > score(a) + 1e-9 ? b : a), first!);
  return best === first ? volume : turnAxes(volume, best);
}
