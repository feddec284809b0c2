import { resizeBilinear } from '@sts-net/amplify';
import { resizeLabels, stackSlices, type Volume } from '@sts-net/volume-io';
import ndarray, { type NdArray } from 'ndarray';
import type { Predictor } from '../predictor/predictor.ts';
import { preprocess } from '../preprocessing/preprocess.ts';
import { fullPreprocessing, type Preprocessing } from '../preprocessing/preprocessing.ts';
import {
  mostLikely,
  type PredictSamplesOptions,
  type Probabilities,
  predictSamples,
} from './predict-samples.ts';

export interface PredictVolumeOptions extends PredictSamplesOptions {
  /** How the volume becomes network input; must be as in training. @default {} */
  readonly preprocessing?: Preprocessing;
}

/** What a predictor says of a volume, on exactly the volume's grid. */
export interface VolumePrediction {
  /**
   * The probability of a class in every voxel, 0 … 1; between the pixels that the network saw where
   * they were resized.
   *
   * @param class_ @default 1
   */
  probabilities(class_?: number): Volume<Float32Array>;
  /** The most likely class of every voxel, 0 … classes − 1. */
  labels(): Volume<Uint8Array>;
}

/**
 * Predicts a volume slice by slice.
 *
 * @param image any voxel type, finite intensities
 * @throws RangeError if the image holds NaN, infinity or, where the normalization needs more, nothing but one intensity.
 */
export async function predictVolume(
  predictor: Predictor,
  image: Volume,
  { preprocessing = {}, ...options }: PredictVolumeOptions = {},
): Promise<VolumePrediction> {
  const { axis, context, edge } = fullPreprocessing(preprocessing);
  const slices: Probabilities[] = [];
  const input = preprocess(image, preprocessing);
  for await (const slice of predictSamples(predictor, input, options)) slices.push(slice);
  const plane = image.voxels.shape.filter((_, i) => i !== axis) as [number, number];
  return {
    probabilities(class_ = 1) {
      const planes = slices.map((slice) => resizedClass(slice, class_, plane));
      // What was not looked at is background.
      const missing = class_ === 0 ? 1 : 0;
      return stackSlices(planes, image, { axis, context, edge, missing });
    },
    labels() {
      const planes = slices.map((slice) => resizeLabels(mostLikely(slice), plane));
      return stackSlices(planes, image, { axis, context, edge });
    },
  };
}

/** The probability of one class, `[row, column]`, at another size. */
export function resizedClass(
  { data, shape, stride, offset }: Probabilities,
  class_: number,
  size: readonly [height: number, width: number],
): NdArray<Float32Array> {
  const [rows, columns] = shape as [number, number, number];
  const one = ndarray(data, [rows, columns, 1], stride, offset + class_);
  return resizeBilinear(one, size).pick(null, null, 0);
}
