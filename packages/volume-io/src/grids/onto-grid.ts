import { ndarray } from '@sts-net/views';
import { likeVolume } from '../volume/like-volume.ts';
import { checkVolume, type Volume } from '../volume/volume.ts';
import { inOrder, type VoxelArray } from '../voxels/voxel-arrays.ts';
import {
  anotherPlace,
  anotherShape,
  type GridWords,
  gridDistance,
  isSamePlace,
} from './same-grid.ts';
import { allTurns, turnAxes } from './turn-axes.ts';

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

/** As `ontoGridOf`, with the voxels in C order in an array of their own. */
export function copyOnto<T extends VoxelArray>(one: Volume<T>, like: Volume): Volume<T> {
  const { voxels } = ontoGridOf(one, like);
  return likeVolume(like, ndarray(inOrder(voxels).slice() as T, [...voxels.shape]));
}
