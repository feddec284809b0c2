import * as tf from '@tensorflow/tfjs-core';
import { sumAll } from '../../tensors/sums.ts';
import type { Prediction, Terms } from '../contract/prediction.ts';

/**
 * The sum over pixels and foreground classes of `−y·log p − (1 − y)·log(1 − p)`, each class against
 * the rest, by weights `[batch, height, width, classes − 1]`.
 */
export function classEntropyTerms(prediction: Prediction, weights: tf.Tensor4D): Terms {
  const { labels, probabilities, logProbabilities, logits } = prediction;
  const [batch, height, width, classes] = labels.shape;
  const channel = (x: tf.Tensor4D, c: number) =>
    tf.slice(x, [0, 0, 0, c], [batch, height, width, 1]);
  let value = tf.scalar(0);
  let gradient = tf.zerosLike(logits);
  for (let c = 1; c < classes; c++) {
    const isClass = Float32Array.from({ length: classes }, (_, k) => (k === c ? 1 : 0));
    const own = tf.tensor1d(isClass);
    const weight = channel(weights, c - 1);
    const [y, p, logP] = [labels, probabilities, logProbabilities].map((x) => channel(x, c)) as [
      tf.Tensor4D,
      tf.Tensor4D,
      tf.Tensor4D,
    ];
    // 1 − p, and how the rest shares it, without the rounding of p.
    const rest = tf.sub(logits, tf.mul(own, 1e30));
    const restShares = tf.softmax(rest, 3);
    const logRest = tf.sub(tf.logSumExp(rest, 3, true), tf.logSumExp(logits, 3, true));
    const [inside, outside] = [tf.mul(weight, y), tf.mul(weight, tf.sub(1, y))];
    const each = tf.add(tf.mul(inside, logP), tf.mul(outside, logRest));
    value = tf.sub(value, sumAll(each));
    // d(−log p)/dz = p_k − [k = c];  d(−log(1 − p))/dz = p·([k = c] − share_k).
    const byInside = tf.mul(inside, tf.sub(probabilities, own));
    const byOutside = tf.mul(tf.mul(outside, p), tf.sub(own, restShares));
    gradient = tf.add(gradient, tf.add(byInside, byOutside));
  }
  return { value, gradient };
}
