import type { NdArray } from '@sts-net/views';
import { stackSlices, type Volume } from '@sts-net/volume-io';
import { depthOf, saidWithEntropy } from '../predictor/members.ts';
import type { Predictor } from '../predictor/predictor.ts';
import { referenceOf } from '../preprocessing/channel-volumes.ts';
import { type PreprocessedImage, preprocess } from '../preprocessing/preprocess.ts';
import {
  type Channels,
  fullPreprocessing,
  type Preprocessing,
} from '../preprocessing/preprocessing.ts';
import { KeptPlanes } from './kept-planes.ts';
import { type CreateStore, inMemory } from './number-store.ts';
import {
  mostLikely,
  type PredictSamplesOptions,
  planesOf,
  predictSamples,
} from './predict-samples.ts';
import type { SlabSource } from './slab-source.ts';
import { predictionFrom, type VolumePrediction } from './volume-prediction.ts';

export interface PredictVolumeOptions extends PredictSamplesOptions {
  /** How the volume becomes network input; must be as in training. @default {} */
  readonly preprocessing?: Preprocessing;
  /** What errors call the volume. @default 'image' */
  readonly id?: string;
  /** Where probabilities are kept. @default in memory */
  readonly store?: CreateStore | undefined;
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

/** How an image that was preprocessed is predicted. */
export interface PredictInputOptions extends Omit<PredictVolumeOptions, 'id'> {
  /** The image itself, where its header is to be kept. @default the grid that it came with */
  readonly like?: Volume;
}

/** Predicts an image that was preprocessed, on the grid that it came with; of a 2-D image one slice. */
export async function predictInput(
  predictor: Predictor,
  input: PreprocessedImage,
  options: PredictInputOptions = {},
): Promise<VolumePrediction> {
  return predictionFrom(await keptOf(predictor, input, options));
}

/** What `predictInput` reads its prediction from. */
export async function keptOf(
  predictor: Predictor,
  input: PreprocessedImage,
  { preprocessing = {}, like, store = inMemory, ...options }: PredictInputOptions,
): Promise<SlabSource> {
  const { classes, members = [predictor] } = predictor;
  const depth = { classes, members: members.length };
  const kept = new KeptPlanes({ input, preprocessing, like }, depth, store);
  const asking = {
    ask: (...given: Parameters<Predictor['predict']>) => saidWithEntropy(predictor, ...given),
    depth: depthOf(predictor),
  };
  try {
    for await (const plane of planesOf(predictor, input, { ...options, ...asking })) {
      kept.add(plane);
    }
  } catch (error) {
    kept.release();
    throw error;
  }
  return kept;
}

/**
 * The labels of an image that was preprocessed, on the grid that it came with; of a 2-D image one slice.
 * Probabilities are kept no longer than they are needed.
 */
export async function predictLabels(
  predictor: Predictor,
  input: PreprocessedImage,
  options: PredictVolumeOptions = {},
): Promise<Volume<Uint8Array>> {
  const { preprocessing = {} } = options;
  const { orientation, spacing, size, axis, context, edge } = fullPreprocessing(preprocessing);
  if (orientation !== undefined || spacing !== undefined || size !== undefined) {
    return (await predictInput(predictor, input, options)).labels();
  }
  const masks: NdArray<Uint8Array>[] = [];
  for await (const slice of predictSamples(predictor, input, options)) {
    masks.push(mostLikely(slice));
  }
  return stackSlices(masks, input.grid, input.flat ? {} : { axis, context, edge });
}
