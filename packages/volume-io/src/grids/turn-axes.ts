import type { NdArray } from '@sts-net/views';
import { movedAffine } from '../geometry/affine.ts';
import { onGrid } from '../volume/create-volume.ts';
import type { Volume } from '../volume/volume.ts';
import type { VoxelArray } from '../voxels/voxel-arrays.ts';

/** Where an axis of a turned volume comes from; axes are column (0), row (1) and slice (2). */
export interface AxisSource {
  readonly axis: number;
  readonly mirrored: boolean;
}

/**
 * A volume with its axes in another order and direction. No voxel is copied, and each keeps its
 * place in the world.
 * @param sources old axes of column, row and slice, each once
 */
export function turnAxes<T extends VoxelArray>(
  { voxels, affine }: Volume<T>,
  sources: readonly AxisSource[],
): Volume<T> {
  const matrix = Array<number>(16).fill(0);
  matrix[15] = 1;
  for (const [to, { axis, mirrored }] of sources.entries()) {
    matrix[4 * axis + to] = mirrored ? -1 : 1;
    if (mirrored) matrix[4 * axis + 3] = voxels.shape[2 - axis]! - 1;
  }
  const turned = voxels
    .transpose(...sources.map(({ axis }) => 2 - axis).reverse())
    .step(...sources.map(({ mirrored }) => (mirrored ? -1 : 1)).reverse()) as NdArray<T>;
  return onGrid(turned, movedAffine(affine, matrix));
}

/** The six orders of three axes. */
export const AXIS_ORDERS: readonly (readonly [number, number, number])[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

/** The 48 ways to order and mirror three axes; that which changes nothing comes first. */
export function allTurns(): AxisSource[][] {
  return AXIS_ORDERS.flatMap((order) =>
    Array.from({ length: 8 }, (_, mirrors) =>
      order.map((axis) => ({ axis, mirrored: ((mirrors >> axis) & 1) === 1 })),
    ),
  );
}
