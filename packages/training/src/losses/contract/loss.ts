import type * as tf from '@tensorflow/tfjs-core';
import type { Batch } from '../../samples/batch.ts';

/**
 * A loss to minimise, as a function of tensors.
 *
 * @param labels one-hot truth `[batch, height, width, classes]`, float32; a pixel that counts nowhere
 *   has zeros in all classes
 * @param logits of the same shape
 * @returns a scalar
 */
export type LossFunction = (labels: tf.Tensor4D, logits: tf.Tensor4D) => tf.Scalar;

/** The truth of a batch, in host memory. */
export type Truth = Pick<Batch, 'labels' | 'count' | 'height' | 'width' | 'classes'>;

/** An array that a loss makes of the truth. */
export interface LossMap {
  readonly data: Float32Array | Int32Array;
  readonly shape: readonly number[];
}

/** A loss that needs more of the truth than one-hot labels: components, regions, distances. */
export interface MappedLoss {
  /**
   * Called once for a batch, before the step. Shapes that follow from the batch's shape alone let
   * engines that compile graphs use the same one for every step.
   */
  readonly maps: (truth: Truth) => Readonly<Record<string, LossMap>>;
  /**
   * As a `LossFunction`, with the maps as tensors, float32, or int32 of an `Int32Array`; and which of the
   * network's outputs it is, 0 the prediction, for networks whose others are no logits.
   */
  readonly value: (
    labels: tf.Tensor4D,
    logits: tf.Tensor4D,
    maps: Readonly<Record<string, tf.Tensor>>,
    output?: number,
  ) => tf.Scalar;
}

/** A loss to minimise: a function of labels and logits, or one that makes maps of the truth first. */
export type Loss = LossFunction | MappedLoss;

/** Any loss as one that makes maps, a function as one that makes none. */
export function mapped(loss: Loss): MappedLoss {
  return typeof loss === 'function' ? { maps: () => ({}), value: loss } : loss;
}

/**
 * What a loss's name stands for.
 *
 * @typeParam Options what the loss can be told, as data
 */
export interface LossSpec<Options = object> {
  create(options: Options): Loss;
}

/** What losses can be told that weigh classes. */
export interface ClassWeightOptions {
  /** A weight for each class, the background first; at least one is above 0. @default all 1 */
  readonly classWeights?: readonly number[] | undefined;
}
