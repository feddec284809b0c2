import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { NdArray } from 'ndarray';
import type { LoadedCase } from '../data/case-store.ts';
import { type Classifier, classifierOf } from './classifier.ts';
import { predictSamples } from './predict-samples.ts';

export interface PredictMasksOptions {
  /** Slices that go through the network together. @default 4 */
  readonly batchSize?: number;
  /** Called after each slice. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Stops between slices: the call then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The most likely class of every pixel of samples of one size, `[row, column]` each, in order. */
export async function predictMasks(
  model: LayersModel | Classifier,
  { samples, normalization }: Pick<LoadedCase, 'samples' | 'normalization'>,
  { batchSize = 4, onProgress, signal }: PredictMasksOptions = {},
): Promise<readonly NdArray<Uint8Array>[]> {
  const classify = typeof model === 'function' ? model : await frozenClassifier(model);
  const masks: NdArray<Uint8Array>[] = [];
  for await (const mask of predictSamples(classify, samples, normalization, batchSize)) {
    signal?.throwIfAborted();
    masks.push(mask);
    onProgress?.(masks.length, samples.length);
  }
  return masks;
}

/** Weights that do not change any more are packed by the engine, if it can. */
async function frozenClassifier(model: LayersModel): Promise<Classifier> {
  const engine = tf.backend() as { freeze?: (tensors: readonly tf.Tensor[]) => Promise<void> };
  await engine.freeze?.(model.weights.map((weight) => weight.read()));
  return classifierOf(model);
}
