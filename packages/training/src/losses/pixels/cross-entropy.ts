import * as tf from '@tensorflow/tfjs-core';
import { sumAll } from '../../tensors/sums.ts';
import { checkedWeights } from '../contract/class-weights.ts';
import type { ClassWeightOptions, LossSpec } from '../contract/loss.ts';
import { differentiable, type Prediction, type Terms } from '../contract/prediction.ts';
import { requireNumbers } from '../contract/require-numbers.ts';

/** Keeps a division by nothing from being one. */
const tiny = 1e-30;

/**
 * Cross-entropy: the mean over the pixels that count of `−w_y·log p_y`, y being the pixel's class and w
 * the classes' weights, divided by the mean of `w_y` (PyTorch's `CrossEntropyLoss`). 0 where no pixel
 * counts.
 */
export const crossEntropy: LossSpec<ClassWeightOptions> = {
  create: ({ classWeights } = {}) =>
    differentiable((prediction) => crossEntropyTerms(prediction, classWeights)),
};

/** @param loss begins errors */
export function crossEntropyTerms(
  prediction: Prediction,
  classWeights?: readonly number[],
  loss = 'cross-entropy',
): Terms {
  const { probabilities: p, logProbabilities } = prediction;
  const { labels: y, pixels } = weighted(loss, prediction, classWeights);
  const total = tf.maximum(sumAll(pixels), tiny);
  return {
    value: tf.neg(tf.div(sumAll(tf.mul(y, logProbabilities)), total)) as tf.Scalar,
    gradient: tf.div(tf.sub(tf.mul(p, pixels), y), total),
  };
}

export interface TopKCrossEntropyOptions extends ClassWeightOptions {
  /** Which share of the pixels that count it looks at, in (0, 1]. @default 0.1 */
  readonly share?: number | undefined;
}

/**
 * Top-k cross-entropy: the mean of `−w_y·log p_y` over the worst `share` of the batch's pixels, at
 * least one (Wu et al., arXiv 1605.06885; nnU-Net's `TopKLoss`). Where several pixels are as bad as the
 * last that fits in, they share its place.
 */
export const topKCrossEntropy: LossSpec<TopKCrossEntropyOptions> = {
  create({ classWeights, share = 0.1 } = {}) {
    if (!(share > 0 && share <= 1)) {
      throw new RangeError(
        `\`top-k-cross-entropy\`: \`share\` must be above 0 and at most 1, got ${share}`,
      );
    }
    return differentiable((prediction) => topKTerms(prediction, share, classWeights));
  },
};

function topKTerms(prediction: Prediction, share: number, classWeights?: readonly number[]): Terms {
  const { probabilities: p, logProbabilities, counted } = prediction;
  const { labels: y, pixels } = weighted('top-k-cross-entropy', prediction, classWeights);
  const losses = tf.neg(tf.sum(tf.mul(y, logProbabilities), 3, true)) as tf.Tensor4D;
  // As many ranks as there are pixels at most, so that the graph does not depend on what is ignored.
  const ranks = Math.max(1, Math.floor(share * losses.size));
  const k = tf.maximum(tf.floor(tf.mul(share, sumAll(counted))), 1);
  const ranked = tf.topk(tf.reshape(losses, [-1]), ranks).values;
  const last = tf.gather(ranked, tf.cast(tf.sub(k, 1), 'int32'));
  const above = tf.mul(tf.cast(tf.greater(losses, last), 'float32'), counted) as tf.Tensor4D;
  const equal = tf.mul(tf.cast(tf.equal(losses, last), 'float32'), counted) as tf.Tensor4D;
  const places = tf.div(tf.sub(k, sumAll(above)), tf.maximum(sumAll(equal), 1));
  const chosen = tf.div(tf.add(above, tf.mul(equal, places)), k);
  return {
    value: sumAll(tf.mul(losses, chosen)),
    gradient: tf.mul(tf.sub(tf.mul(p, pixels), y), chosen),
  };
}

export interface FocalOptions extends ClassWeightOptions {
  /** How much well-classified pixels are held back, at least 0. @default 2 */
  readonly gamma?: number | undefined;
}

/**
 * Focal loss: the mean over the pixels that count of `−w_y·(1 − p_y)^γ·log p_y` (Lin et al., ICCV 2017;
 * w is their α). MONAI's `FocalLoss` with softmax is this divided by the number of classes.
 */
export const focal: LossSpec<FocalOptions> = {
  create({ classWeights, gamma = 2 } = {}) {
    requireNumbers('focal', 'at least 0', { gamma });
    return differentiable((prediction) => focalTerms(prediction, gamma, classWeights));
  },
};

function focalTerms(
  prediction: Prediction,
  gamma: number,
  classWeights?: readonly number[],
): Terms {
  const { labels, probabilities: p, logProbabilities, counted } = prediction;
  const { labels: y, pixels } = weighted('focal', prediction, classWeights);
  const total = tf.maximum(sumAll(counted), tiny);
  const logOwn = tf.sum(tf.mul(labels, logProbabilities), 3, true);
  const own = tf.sum(tf.mul(labels, p), 3, true);
  // 1 − p_y without the rounding of p_y.
  const others = tf.maximum(tf.sum(tf.mul(tf.sub(counted, labels), p), 3, true), tiny);
  const held = tf.pow(others, gamma);
  // d(−(1−p)^γ·log p)/d log p = γ·p·(1−p)^(γ−1)·log p − (1−p)^γ, and d log p_y/dz = y − p.
  const slope = tf.sub(tf.mul(tf.mul(tf.mul(gamma, own), tf.div(held, others)), logOwn), held);
  return {
    value: tf.neg(tf.div(sumAll(tf.mul(pixels, tf.mul(held, logOwn))), total)) as tf.Scalar,
    gradient: tf.mul(tf.sub(y, tf.mul(p, pixels)), tf.div(slope, total)) as tf.Tensor4D,
  };
}

/** One-hot labels times their class's weight, and the weight of each pixel, 0 where it does not count. */
function weighted(
  loss: string,
  { labels, counted }: Prediction,
  classWeights: readonly number[] | undefined,
): { readonly labels: tf.Tensor4D; readonly pixels: tf.Tensor4D } {
  if (classWeights === undefined) return { labels, pixels: counted };
  const weights = checkedWeights(loss, classWeights, labels.shape[3]);
  const weightedLabels = tf.mul(labels, tf.tensor1d([...weights])) as tf.Tensor4D;
  return { labels: weightedLabels, pixels: tf.sum(weightedLabels, 3, true) };
}
