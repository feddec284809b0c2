import type { Volume } from '@sts-net/volume-io';
import type { NdArray } from 'ndarray';
import type { Predictor } from '../predictor/predictor.ts';
import { referenceOf } from '../preprocessing/channel-volumes.ts';
import { type PreprocessedImage, preprocess } from '../preprocessing/preprocess.ts';
import type { Channels, Preprocessing } from '../preprocessing/preprocessing.ts';
import {
  mostLikely,
  type PredictSamplesOptions,
  type Probabilities,
  predictSamples,
} from './predict-samples.ts';
import { undo, type VolumePrediction, WayBack } from './undo.ts';

export interface PredictVolumeOptions extends PredictSamplesOptions {
  /** How the volume becomes network input; must be as in training. @default {} */
  readonly preprocessing?: Preprocessing;
  /** What errors call the volume. @default 'image' */
  readonly id?: string;
}

/**
 * Predicts a volume slice by slice; the prediction is on the volume's own grid, of named channels on that
 * of the first that the image has.
 *
 * @param image any voxel type, finite intensities; or one for each named channel
 * @throws RangeError as `preprocess` does
 */
export async function predictVolume(
  predictor: Predictor,
  image: Channels,
  { preprocessing = {}, id = 'image', ...options }: PredictVolumeOptions = {},
): Promise<VolumePrediction> {
  const input = preprocess(image, preprocessing, { id });
  return predictInput(predictor, input, {
    ...options,
    preprocessing,
    like: referenceOf(image),
  });
}

/**
 * Predicts an image that was preprocessed, on the grid that it came with; of a 2-D image one slice.
 *
 * @param like the image itself, where its header is to be kept
 */
export async function predictInput(
  predictor: Predictor,
  input: PreprocessedImage,
  {
    preprocessing = {},
    like,
    ...options
  }: Omit<PredictVolumeOptions, 'id'> & { readonly like?: Volume } = {},
): Promise<VolumePrediction> {
  const slices: Probabilities[] = [];
  for await (const slice of predictSamples(predictor, input, options)) slices.push(slice);
  return undo(slices, input, preprocessing, like);
}

/**
 * The labels of an image that was preprocessed, on the grid that it came with; of a 2-D image one slice.
 * Probabilities are kept no longer than they are needed.
 */
export async function predictLabels(
  predictor: Predictor,
  input: PreprocessedImage,
  { preprocessing = {}, ...options }: PredictVolumeOptions = {},
): Promise<Volume<Uint8Array>> {
  const back = new WayBack(input, preprocessing);
  const masks: NdArray<Uint8Array>[] = [];
  const slices: Probabilities[] = [];
  for await (const slice of predictSamples(predictor, input, options)) {
    if (back.isSame) masks.push(mostLikely(slice));
    else slices.push(slice);
  }
  return back.isSame ? back.stack(masks) : back.of(slices).labels();
}
