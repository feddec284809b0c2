import * as tf from '@tensorflow/tfjs-core';

/**
 * Repeats every pixel `scale × scale` times. The gradient sums each block, by average pooling,
 * which every backend has.
 *
 * @param x `[batch, height, width, channels]`.
 * @param scale Whole number from 1 on.
 * @returns `[batch, height·scale, width·scale, channels]`.
 * @throws RangeError where `scale` is not a whole number from 1 on.
 */
export function upsampleNearest(x: tf.Tensor4D, scale: number): tf.Tensor4D {
  if (!Number.isInteger(scale) || scale < 1) {
    throw new RangeError(
      `\`upsampleNearest\`: scale must be a whole number from 1 on, got ${scale}.`,
    );
  }
  const upsample = tf.customGrad((input) => {
    const image = input as tf.Tensor4D;
    const size: [number, number] = [image.shape[1] * scale, image.shape[2] * scale];
    return {
      value: tf.image.resizeNearestNeighbor(image, size),
      gradFunc: (dy: tf.Tensor) =>
        tf.tidy(() => tf.mul(tf.avgPool(dy as tf.Tensor4D, scale, scale, 'valid'), scale * scale)),
    };
  });
  return upsample(x) as tf.Tensor4D;
}
