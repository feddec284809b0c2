import * as tf from '@tensorflow/tfjs-core';

/**
 * Where one-hot labels are of any class but the background, `[batch, height, width, 1]`.
 *
 * @param counted their sum over the classes, 1 where a pixel counts
 */
export function foregroundOf(labels: tf.Tensor4D, counted: tf.Tensor): tf.Tensor4D {
  return tf.sub(counted, tf.slice(labels, [0, 0, 0, 0], [-1, -1, -1, 1])) as tf.Tensor4D;
}

/** With a channel of zeros for the background before the others. */
export function withBackground(x: tf.Tensor): tf.Tensor4D {
  const none: [number, number] = [0, 0];
  return tf.pad(x, [none, none, none, [1, 0]]) as tf.Tensor4D;
}
