import * as tf from '@tensorflow/tfjs-core';

/**
 * Layer normalisation over the last axis: `gamma · (x − mean) / √(variance + epsilon) + beta`, the variance
 * that of the values themselves (Ba et al., arXiv 1607.06450; PyTorch's `LayerNorm`).
 *
 * @param x `[…, channels]`, float32.
 * @param gamma `[channels]`.
 * @param beta `[channels]`.
 */
export function layerNorm<T extends tf.Tensor>(
  x: T,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
): T {
  const channels = x.shape.at(-1)!;
  const normalize = tf.customGrad((input, scale, offset, save) => {
    const rows = tf.reshape(input as tf.Tensor, [-1, channels]);
    const centred = tf.sub(rows, tf.mean(rows, 1, true));
    const factor = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), epsilon));
    const normal = tf.mul(centred, factor);
    (save as tf.GradSaveFunc)([normal, factor, scale as tf.Tensor]);
    const y = tf.add(tf.mul(normal, scale as tf.Tensor), offset as tf.Tensor);
    return {
      value: tf.reshape(y, x.shape),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [normal, factor, scale] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
        const outer = tf.reshape(dy, [-1, channels]);
        const g = tf.mul(outer, scale);
        const common = tf.add(
          tf.mean(g, 1, true),
          tf.mul(normal, tf.mean(tf.mul(g, normal), 1, true)),
        );
        const dx = tf.mul(factor, tf.sub(g, common));
        return [tf.reshape(dx, x.shape), tf.sum(tf.mul(outer, normal), 0), tf.sum(outer, 0)];
      },
    };
  });
  return normalize(x, gamma, beta) as T;
}
