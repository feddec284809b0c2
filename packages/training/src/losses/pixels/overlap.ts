import * as tf from '@tensorflow/tfjs-core';
import { sumPixels } from '../../tensors/sums.ts';
import { classShares } from '../contract/class-weights.ts';
import type { ClassWeightOptions, LossSpec } from '../contract/loss.ts';
import {
  differentiable,
  type Prediction,
  type Terms,
  throughSoftmax,
} from '../contract/prediction.ts';
import { requireNumbers } from '../contract/require-numbers.ts';
import { crossEntropyTerms } from './cross-entropy.ts';

export interface OverlapOptions extends ClassWeightOptions {
  /**
   * Added to numerator and denominator: what a class scores that is neither there nor predicted.
   * Large values flatten the gradient of small targets. Above 0. @default 1e-5
   */
  readonly smoothing?: number | undefined;
  /** Sums over all pixels of the batch; else over each sample's, and the mean of the samples. @default true */
  readonly batch?: boolean | undefined;
  /** Whether class 0 takes part in the mean over the classes. @default false */
  readonly background?: boolean | undefined;
}

/**
 * Soft Dice loss: `1 − (2·Σ p_c·y_c + s) / (Σ p_c + Σ y_c + s)`, its weighted mean over the classes
 * (Milletari et al., 3DV 2016). 0 … 1.
 */
export const dice: LossSpec<OverlapOptions> = {
  create(options = {}) {
    requireNumbers('dice', 'above 0', { smoothing: options.smoothing });
    return differentiable((prediction) => diceTerms(prediction, options));
  },
};

/** Cross-entropy plus soft Dice loss, as nnU-Net trains with. */
export const diceCrossEntropy: LossSpec<OverlapOptions> = {
  create(options = {}) {
    requireNumbers('dice-cross-entropy', 'above 0', { smoothing: options.smoothing });
    return differentiable((prediction) =>
      addTerms(
        crossEntropyTerms(prediction, options.classWeights, 'dice-cross-entropy'),
        diceTerms(prediction, options, 'dice-cross-entropy'),
      ),
    );
  },
};

export function addTerms(a: Terms, b: Terms): Terms {
  return {
    value: tf.add(a.value, b.value),
    gradient: tf.add(a.gradient, b.gradient),
  };
}

export interface TverskyOptions extends OverlapOptions {
  /** Weight of false positives, at least 0. @default 0.3 */
  readonly alpha?: number | undefined;
  /** Weight of false negatives, at least 0. @default 0.7 */
  readonly beta?: number | undefined;
}

/**
 * Tversky loss: `1 − (TP + s) / (TP + α·FP + β·FN + s)` with `TP = Σ p_c·y_c`, `FP = Σ p_c·(1 − y_c)`,
 * `FN = Σ (1 − p_c)·y_c`, its weighted mean over the classes (Salehi et al., MLMI 2017). With
 * α = β = 1/2 it is the Dice loss of smoothing 2·s.
 */
export const tversky: LossSpec<TverskyOptions> = {
  create(options = {}) {
    const index = tverskyIndex('tversky', options);
    return differentiable((prediction) => overlapTerms('tversky', prediction, index));
  },
};

export interface FocalTverskyOptions extends TverskyOptions {
  /** The loss of a class is its Tversky loss to the power of 1/γ; above 0. @default 4/3 */
  readonly gamma?: number | undefined;
}

/**
 * Focal Tversky loss: the weighted mean over the classes of the Tversky loss to the power of 1/γ
 * (Abraham & Khan, ISBI 2019).
 */
export const focalTversky: LossSpec<FocalTverskyOptions> = {
  create({ gamma = 4 / 3, ...options } = {}) {
    requireNumbers('focal-tversky', 'above 0', { gamma });
    const index = { ...tverskyIndex('focal-tversky', options), exponent: 1 / gamma };
    return differentiable((prediction) => overlapTerms('focal-tversky', prediction, index));
  },
};

/** @param loss begins errors */
export function diceTerms(prediction: Prediction, options: OverlapOptions, loss = 'dice'): Terms {
  const { smoothing = 1e-5, ...rest } = options;
  // (2·I + s) / (P + Y + s), numerator and denominator halved.
  const index = { ...rest, alpha: 0.5, beta: 0.5, smoothing: smoothing / 2, exponent: 1 };
  return overlapTerms(loss, prediction, index);
}

function tverskyIndex(
  loss: string,
  { alpha = 0.3, beta = 0.7, smoothing = 1e-5, ...options }: TverskyOptions,
): OverlapIndex {
  requireNumbers(loss, 'at least 0', { alpha, beta });
  requireNumbers(loss, 'above 0', { smoothing });
  return { ...options, alpha, beta, smoothing, exponent: 1 };
}

interface OverlapIndex extends OverlapOptions {
  readonly alpha: number;
  readonly beta: number;
  readonly smoothing: number;
  readonly exponent: number;
}

/** The weighted mean over the classes of (1 − T)^e, T being the Tversky index. */
function overlapTerms(
  loss: string,
  { labels: y, probabilities: p, counted }: Prediction,
  index: OverlapIndex,
): Terms {
  const { alpha, beta, smoothing, exponent, batch = true, background = false } = index;
  const over = batch ? 'batch' : 'sample';
  const shares = tf.tensor1d([...classShares(loss, index.classWeights, y.shape[3], background)]);
  const both = sumPixels(tf.mul(p, y), over);
  const predicted = sumPixels(tf.mul(p, counted), over);
  const truth = sumPixels(y, over);
  const rest = 1 - alpha - beta;
  const denominator = tf.add(
    tf.add(tf.mul(both, rest), smoothing),
    tf.add(tf.mul(predicted, alpha), tf.mul(truth, beta)),
  );
  const overlap = tf.div(tf.add(both, smoothing), denominator);
  const missed = tf.sub(1, overlap);
  // (1 − T)^(e − 1), held where roots have no slope.
  const steepness =
    exponent === 1 ? tf.onesLike(missed) : tf.pow(tf.maximum(missed, 1e-7), exponent - 1);
  const groups = overlap.shape[0]!;
  const value = tf.div(tf.sum(tf.mul(tf.mul(missed, steepness), shares)), groups);
  // dT/dp = (y·(1 − (1 − α − β)·T) − α·T) / denominator
  const slope = tf.mul(steepness, exponent);
  const factor = tf.div(tf.mul(slope, tf.div(shares, groups)), denominator);
  const byTruth = tf.mul(factor, tf.sub(1, tf.mul(overlap, rest)));
  const byAll = tf.mul(factor, tf.mul(overlap, alpha));
  const byProbability = tf.sub(tf.mul(counted, byAll), tf.mul(y, byTruth));
  return {
    value: value as tf.Scalar,
    gradient: throughSoftmax(byProbability as tf.Tensor4D, p),
  };
}
