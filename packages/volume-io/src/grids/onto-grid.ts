import { likeVolume } from '../volume/like-volume.ts';
import { checkVolume, type Volume } from '../volume/volume.ts';
import type { VoxelArray } from '../voxels/voxel-arrays.ts';
import {
  anotherPlace,
  anotherShape,
  type GridWords,
  gridDistance,
  isSamePlace,
} from './same-grid.ts';
import { AXIS_ORDERS, type AxisSource, turnAxes } from './turn-axes.ts';

/**
 * A volume on the grid of another that stores the same voxels in another order: axes permuted or
 * counted from the other end, as tools differ about. Which axis is which is told by the affines, of
 * oblique grids too. Voxels are neither moved nor interpolated, and none is copied.
 * @returns the voxels in the order of `like`, on its grid as `likeVolume` keeps it
 * @throws {RangeError} as `checkSameGrid` does if no order of the axes puts every corner voxel within
 * half of the smallest spacing of `like`; the distance is that of the best order
 */
export function ontoGridOf<T extends VoxelArray>(
  one: Volume<T>,
  like: Volume,
  words: GridWords = {},
): Volume<T> {
  checkVolume('ontoGridOf', one);
  checkVolume('ontoGridOf', like);
  const wanted = [...like.voxels.shape].reverse();
  const lengths = [...one.voxels.shape].reverse();
  let best: Volume<T> | undefined;
  let nearest = Number.POSITIVE_INFINITY;
  for (const sources of allTurns()) {
    if (sources.some(({ axis }, i) => lengths[axis] !== wanted[i])) continue;
    const turned = turnAxes(one, sources);
    const distance = gridDistance(turned, like);
    if (distance < nearest) [best, nearest] = [turned, distance];
  }
  if (best === undefined) throw anotherShape(one, like, words);
  if (!isSamePlace(nearest, like)) throw anotherPlace(nearest, words);
  return likeVolume(like, best.voxels);
}

/** The 48 ways to order and mirror three axes; that which changes nothing comes first. */
function allTurns(): AxisSource[][] {
  return AXIS_ORDERS.flatMap((order) =>
    Array.from({ length: 8 }, (_, mirrors) =>
      order.map((axis) => ({ axis, mirrored: ((mirrors >> axis) & 1) === 1 })),
    ),
  );
}
