import { gridDistance, type Volume } from '@sts-net/volume-io';

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
  const away = gridDistance(prediction, truth);
  if (away > Math.min(...truth.spacing) / 2) {
    throw new RangeError(
      `case '${id}': '${path}' must lie where the truth lies, but its header places voxels up to ${away.toFixed(1)} mm elsewhere; resample it, or copy the truth's geometry into it if only the header is wrong`,
    );
  }
}
