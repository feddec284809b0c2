import type { NdArray } from '@sts-net/views';
import { gridHeader, isNiftiHeader } from '../headers/grid-header.ts';
import type { VoxelArray } from '../voxels/voxel-arrays.ts';
import type { Volume } from './volume.ts';

/**
 * Other voxels on exactly the grid of `volume`, for example a predicted label. What the header says
 * about the grid (dim, pixdim, units, qform, sform, byte order) is kept bit by bit; what it says
 * about the old voxels (description, display range, intent, extensions) is dropped.
 * @param voxels `[slice, row, column]`, shape as in `volume`
 * @throws {RangeError} if the shapes differ
 */
export function likeVolume<T extends VoxelArray>(volume: Volume, voxels: NdArray<T>): Volume<T> {
  const { shape } = volume.voxels;
  if (voxels.shape.length !== 3 || voxels.shape.some((length, i) => length !== shape[i])) {
    throw new RangeError(
      `\`likeVolume\`: voxels must have the volume's shape [${shape.join(', ')}], got [${voxels.shape.join(', ')}]; resample them to its grid first`,
    );
  }
  const { spacing, affine, header } = volume;
  if (header === undefined) return { voxels, spacing, affine };
  return { voxels, spacing, affine, header: isNiftiHeader(header) ? gridHeader(header) : header };
}
