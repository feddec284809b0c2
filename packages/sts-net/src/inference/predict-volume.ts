import { stackSlices, type Volume } from '@sts-net/volume-io';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { NdArray } from 'ndarray';
import type { EdgeName, NormalizationConfig } from '../config/data-config.ts';
import { asFloat32, samplesOf } from '../data/case-store.ts';
import { normalizationFor } from '../data/normalization.ts';
import { type Classifier, classifierOf } from './classifier.ts';
import { predictSamples } from './predict-samples.ts';

/** How the volume becomes network input; must be as in training. */
export interface PredictVolumeOptions {
  /** Axis of `[slice, row, column]` that is cut across. @default 0 */
  readonly axis?: 0 | 1 | 2;
  /** Neighbour slices on each side. @default 1 */
  readonly context?: number;
  /** @default 'triple' */
  readonly edge?: EdgeName;
  /** @default { name: 'z-score' } */
  readonly normalization?: NormalizationConfig;
  /** Slices that go through the network together. @default 4 */
  readonly batchSize?: number;
  /** Called after each slice. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops between slices: the call then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * The label volume that the model sees in an image, on exactly the image's grid.
 *
 * @param model logits `[batch, height, width, classes]` of 2.5D samples, or what classifies them
 * @param image any voxel type, finite intensities
 * @returns classes 0 … classes − 1 as uint8
 * @throws RangeError if the image holds NaN, infinity or (for z-score) nothing but one intensity.
 */
export async function predictVolume(
  model: LayersModel | Classifier,
  image: Volume,
  options: PredictVolumeOptions = {},
): Promise<Volume<Uint8Array>> {
  const { axis = 0, context = 1, edge = 'triple', batchSize = 4 } = options;
  const { normalization = { name: 'z-score' }, onProgress, signal } = options;
  const id = 'image';
  const volume = asFloat32(image);
  const channels = 2 * context + 1;
  const samples = samplesOf(volume, { axis, context, edge, normalization }, { id, group: id });
  const masks: NdArray<Uint8Array>[] = [];
  const rule = normalizationFor(volume, normalization, channels, id);
  const classify = typeof model === 'function' ? model : await frozenClassifier(model);
  for await (const mask of predictSamples(classify, samples, rule, batchSize)) {
    signal?.throwIfAborted();
    masks.push(mask);
    onProgress?.(masks.length, samples.length);
  }
  return stackSlices(masks, image, { axis, context, edge });
}

/** Weights that do not change any more are packed by the engine, if it can. */
async function frozenClassifier(model: LayersModel): Promise<Classifier> {
  const engine = tf.backend() as { freeze?: (tensors: readonly tf.Tensor[]) => Promise<void> };
  await engine.freeze?.(model.weights.map((weight) => weight.read()));
  return classifierOf(model);
}
