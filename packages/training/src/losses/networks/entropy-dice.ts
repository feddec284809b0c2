import * as tf from '@tensorflow/tfjs-core';
import { foregroundOf, withBackground } from '../../tensors/channels.ts';
import { sumAll } from '../../tensors/sums.ts';
import { classShares } from '../contract/class-weights.ts';
import type { ClassWeightOptions, LossSpec } from '../contract/loss.ts';
import {
  differentiable,
  type Prediction,
  type Terms,
  throughSoftmax,
} from '../contract/prediction.ts';
import { crossEntropyTerms } from '../pixels/cross-entropy.ts';
import { addTerms } from '../pixels/overlap.ts';

const name = 'entropy-dice-cross-entropy';

/**
 * Of logits, Dice that weighs pixels where the prediction is ambiguous more, plus cross-entropy:
 * `1 − (2·Σ w·p·y + 1) / (Σ w·(p + y) + 1)` over the batch, its weighted mean over all classes, where
 * `w = 1 + H(p) / ln(classes)`, H being the entropy of the pixel's probabilities, through which no gradient
 * goes. Of an output of one channel, a map of logits a whole number of times smaller than the labels, the binary
 * cross-entropy against the foreground's largest value in each of its pixels.
 *
 * After what is known of MSGSE-Net's loss (Li et al., Neurocomputing 461, 2021), whose formula is not public.
 *
 * @throws RangeError for a map of another size
 */
export const entropyDiceCrossEntropy: LossSpec<ClassWeightOptions> = {
  create({ classWeights } = {}) {
    const ofLogits = differentiable((one) =>
      addTerms(crossEntropyTerms(one, classWeights, name), diceTerms(one, classWeights)),
    );
    const ofMap = differentiable((one) => crossEntropyTerms(one, undefined, name));
    return (labels, output) =>
      output.shape[3] === 1
        ? ofMap(pooled(labels, output.shape), withBackground(output))
        : ofLogits(labels, output);
  },
};

function diceTerms(prediction: Prediction, classWeights?: readonly number[]): Terms {
  const { labels: y, probabilities, logProbabilities, counted } = prediction;
  const classes = y.shape[3];
  const shares = tf.tensor1d([...classShares(name, classWeights, classes, true)]);
  const p = tf.mul(probabilities, counted) as tf.Tensor4D;
  const entropy = tf.neg(tf.sum(tf.mul(probabilities, logProbabilities), 3, true));
  const w = tf.add(tf.div(entropy, Math.log(classes)), 1);
  const total = (one: tf.Tensor) => tf.sum(one, [0, 1, 2]);
  const both = tf.add(tf.mul(total(tf.mul(w, tf.mul(p, y))), 2), 1);
  const either = tf.add(total(tf.mul(w, tf.add(p, y))), 1);
  const value = tf.sub(1, sumAll(tf.mul(shares, tf.div(both, either)))) as tf.Scalar;
  // d/dp of both / either, where a pixel counts.
  const rising = tf.div(tf.mul(y, 2), either);
  const falling = tf.div(both, tf.square(either));
  const slope = tf.mul(tf.mul(tf.sub(falling, rising), shares), tf.mul(w, counted));
  return { value, gradient: throughSoftmax(slope as tf.Tensor4D, probabilities) };
}

/** One-hot: a map's pixels without foreground and with it; zeros where no pixel of the labels counts. */
function pooled(labels: tf.Tensor4D, [, rows, columns]: readonly number[]): tf.Tensor4D {
  const [, height, width] = labels.shape;
  const factor = height / rows!;
  if (!Number.isInteger(factor) || width / columns! !== factor) {
    throw new RangeError(
      `\`${name}\`: a map must be a whole number of times smaller than the labels, [${height}, ${width}], got [${rows}, ${columns}]; train it with images whose sides are multiples of 32.`,
    );
  }
  const counted = tf.sum(labels, 3, true) as tf.Tensor4D;
  const [inside, all] = [foregroundOf(labels, counted), counted].map((map) =>
    factor === 1 ? map : tf.maxPool(map, factor, factor, 'valid'),
  ) as [tf.Tensor4D, tf.Tensor4D];
  return tf.concat([tf.sub(all, inside), inside], 3) as tf.Tensor4D;
}
