import type { Volume } from '@sts-net/volume-io';

/**
 * Checks that a prediction has its truth's shape and lies where it lies, within half a voxel at
 * every corner.
 *
 * @throws RangeError naming case and file
 */
export function checkSameGrid(id: string, path: string, prediction: Volume, truth: Volume): void {
  const [shape, wanted] = [prediction.voxels.shape, truth.voxels.shape];
  if (shape.join() !== wanted.join()) {
    throw new RangeError(
      `case '${id}': '${path}' must have the truth's shape [${wanted.join(', ')}], got [${shape.join(', ')}]; resample the prediction to the truth's grid`,
    );
  }
  const corners = wanted.reduceRight<readonly (readonly number[])[]>(
    (list, size) => list.flatMap((corner) => [0, size - 1].map((index) => [...corner, index])),
    [[]],
  );
  const away = Math.max(...corners.map((corner) => distance(corner, prediction, truth)));
  if (away > Math.min(...truth.spacing) / 2) {
    throw new RangeError(
      `case '${id}': '${path}' must lie where the truth lies, but its header places voxels up to ${away.toFixed(1)} mm elsewhere; resample it, or copy the truth's geometry into it if only the header is wrong`,
    );
  }
}

/** How far apart two grids place a voxel `[column, row, slice]`, mm. */
function distance(voxel: readonly number[], one: Volume, other: Volume): number {
  const shift = (row: number): number =>
    [...voxel, 1].reduce((sum, index, column) => {
      const at = 4 * row + column;
      return sum + index * (one.affine[at]! - other.affine[at]!);
    }, 0);
  return Math.hypot(shift(0), shift(1), shift(2));
}
