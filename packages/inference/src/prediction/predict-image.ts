import type { NdArray } from '@sts-net/views';
import type { Decision } from '../labels/decide.ts';
import type { Predictor } from '../predictor/predictor.ts';
import { preprocess } from '../preprocessing/preprocess.ts';
import type { Channels } from '../preprocessing/preprocessing.ts';
import { type PredictVolumeOptions, predictInput } from './predict-volume.ts';

/** What a predictor says of a 2-D image, at the image's size. */
export interface ImagePrediction {
  /**
   * The probability of a class in every pixel, `[row, column]`, 0 … 1; where the network saw other
   * pixels, linear between those.
   *
   * @param class_ @default 1
   */
  probabilities(class_?: number): NdArray<Float32Array>;
  /**
   * The class of every pixel, `[row, column]`, 0 … classes − 1; a decision's volumes are counted in pixels.
   *
   * @param decision how it is found @default the class with the largest probability
   */
  labels(decision?: Decision): NdArray<Uint8Array>;
}

/**
 * Predicts a 2-D image.
 *
 * @param channels the image's channels as slices: grey, or red, green and blue; or images by name
 * @throws RangeError as `preprocess` does
 */
export async function predictImage(
  predictor: Predictor,
  channels: Channels,
  { preprocessing = {}, id = 'image', ...options }: PredictVolumeOptions = {},
): Promise<ImagePrediction> {
  const cut = { ...preprocessing, axis: 0 } as const;
  const input = preprocess(channels, cut, { flat: true, id });
  const predicted = await predictInput(predictor, input, { ...options, preprocessing: cut });
  return {
    probabilities: (class_ = 1) => predicted.probabilities(class_).voxels.pick(0, null, null),
    labels: (decision) => predicted.labels(decision).voxels.pick(0, null, null),
  };
}
