import type { Volume } from '@sts-net/volume-io';
import type { PreprocessedImage } from '../preprocessing/preprocess.ts';
import type { Preprocessing } from '../preprocessing/preprocessing.ts';
import { ownAxes } from '../preprocessing/spatial.ts';
import { KeptPlanes } from './kept-planes.ts';
import { inMemory } from './number-store.ts';
import type { Probabilities } from './predict-samples.ts';
import { predictionFrom, type VolumePrediction } from './volume-prediction.ts';

/**
 * Brings what a network says of an image's samples back to the grid that the image came with; see
 * `VolumePrediction`.
 *
 * @param slices the probabilities of every sample, in their order
 * @param like the image itself, where its header is to be kept
 * @throws RangeError unless there is one for each sample
 */
export function undo(
  slices: readonly Probabilities[],
  input: Pick<PreprocessedImage, 'images' | 'flat' | 'grid' | 'samples'>,
  preprocessing: Preprocessing,
  like: Volume = input.grid,
): VolumePrediction {
  const { length } = input.samples;
  if (slices.length !== length) {
    throw new RangeError(
      `\`undo\`: there must be probabilities of ${length} samples, got ${slices.length}; give one for each, in their order`,
    );
  }
  const classes = slices[0]?.shape[2] ?? 1;
  const kept = new KeptPlanes({ input, preprocessing, like }, { classes, members: 1 }, inMemory);
  for (const slice of slices) kept.add(slice);
  return predictionFrom(kept);
}

/** The axis of an image's own grid that its samples cut across, or most nearly. */
export function sampleAxis(
  { images, flat, grid }: Pick<PreprocessedImage, 'images' | 'flat' | 'grid'>,
  { axis = 0 }: Preprocessing,
): 0 | 1 | 2 {
  return flat ? 0 : (ownAxes(grid, images[0])[axis] as 0 | 1 | 2);
}
