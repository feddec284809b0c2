import { checkSameGrid, type Volume } from '@sts-net/volume-io';
import { gridOf } from '../preprocessing/spatial.ts';
import { valuesOf } from '../preprocessing/values-of.ts';
import { predictionFrom, type VolumePrediction } from './volume-prediction.ts';

/**
 * The prediction that probabilities are, which were kept: labels and lesions can be decided anew.
 *
 * @param probabilities of each class, 0 … 1, the background first; all on one grid
 * @throws RangeError if there are fewer than two classes, or they lie on several grids
 */
export function predictionOf(probabilities: readonly Volume<Float32Array>[]): VolumePrediction {
  const [first, ...others] = probabilities;
  if (first === undefined || others.length === 0) {
    throw new RangeError(
      `\`predictionOf\`: there must be probabilities of two classes at least, the background among them, got ${probabilities.length}`,
    );
  }
  for (const [i, one] of others.entries()) {
    checkSameGrid(one, first, { subject: `class ${i + 1}`, reference: 'class 0' });
  }
  let values = probabilities.map(({ voxels }) => valuesOf(voxels));
  const [, rows, columns] = first.voxels.shape as [number, number, number];
  return predictionFrom({
    like: { ...first, voxels: gridOf(first, false).voxels },
    classes: probabilities.length,
    members: 1,
    slab: (channel, start, count) =>
      values[channel]!.subarray(start * rows * columns, (start + count) * rows * columns),
    release: () => {
      values = [];
    },
  });
}
