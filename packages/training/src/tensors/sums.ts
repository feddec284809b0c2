import * as tf from '@tensorflow/tfjs-core';

/*
 * Sums over the pixels of a batch, or over a whole tensor, axis by axis: engines that add up millions
 * of float32 numbers one after the other are off by a thousandth, and each of these sums is of a few
 * hundred.
 */

/**
 * The sums of `[batch, height, width, channels]` over its pixels, as `[batch, 1, 1, channels]`, or
 * `[1, 1, 1, channels]` where the whole batch is summed.
 */
export function sumPixels(x: tf.Tensor4D, over: 'sample' | 'batch'): tf.Tensor4D {
  const samples = tf.sum(tf.sum(x, 2, true), 1, true);
  return (over === 'batch' ? tf.sum(samples, 0, true) : samples) as tf.Tensor4D;
}

/** The sum of all values. */
export function sumAll(x: tf.Tensor): tf.Scalar {
  let sum = x;
  while (sum.rank > 0) sum = tf.sum(sum, -1);
  return sum as tf.Scalar;
}
