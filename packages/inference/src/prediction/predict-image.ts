import { resizeLabels, type Volume } from '@sts-net/volume-io';
import type { NdArray } from 'ndarray';
import type { Predictor } from '../predictor/predictor.ts';
import { preprocess } from '../preprocessing/preprocess.ts';
import { mostLikely, predictSamples } from './predict-samples.ts';
import { type PredictVolumeOptions, resizedClass } from './predict-volume.ts';

/** What a predictor says of a 2-D image, at the image's size. */
export interface ImagePrediction {
  /**
   * The probability of a class in every pixel, `[row, column]`, 0 … 1.
   *
   * @param class_ @default 1
   */
  probabilities(class_?: number): NdArray<Float32Array>;
  /** The most likely class of every pixel, `[row, column]`, 0 … classes − 1. */
  labels(): NdArray<Uint8Array>;
}

/**
 * Predicts a 2-D image.
 *
 * @param channels the image's channels as slices: grey, or red, green and blue
 * @throws RangeError if the image holds nothing but one intensity where the normalization needs more.
 */
export async function predictImage(
  predictor: Predictor,
  channels: Volume,
  { preprocessing = {}, ...options }: PredictVolumeOptions = {},
): Promise<ImagePrediction> {
  const input = preprocess(channels, { ...preprocessing, axis: 0 }, { flat: true });
  const { value } = await predictSamples(predictor, input, options).next();
  const [, rows, columns] = channels.voxels.shape as [number, number, number];
  const size = [rows, columns] as const;
  return {
    probabilities: (class_ = 1) => resizedClass(value!, class_, size),
    labels: () => resizeLabels(mostLikely(value!), size),
  };
}
