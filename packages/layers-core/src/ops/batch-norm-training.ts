import * as tf from '@tensorflow/tfjs-core';
import { runKernel } from './run-kernel.ts';

/**
 * Batch normalisation by the statistics of the batch itself:
 * `y = gamma · (x − mean) / √(variance + epsilon) + beta` per channel.
 *
 * @param x `[…, channels]`, float32.
 * @param gamma `[channels]`.
 * @param beta `[channels]`.
 * @param epsilon Added to the variance.
 * @returns `y` of x's shape; `mean` and `variance` (biased, divided by the count), `[channels]`.
 *   Gradients flow through `y` only.
 */
export function batchNormTraining(
  x: tf.Tensor,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
): { y: tf.Tensor; mean: tf.Tensor1D; variance: tf.Tensor1D } {
  const [y, mean, variance] = runKernel<tf.Tensor[]>(
    'StsBatchNormTraining',
    composeForward,
    { x, gamma, beta },
    { epsilon },
  ) as [tf.Tensor, tf.Tensor1D, tf.Tensor1D];
  return { y, mean, variance };
}

tf.registerGradient({
  kernelName: 'StsBatchNormTraining',
  inputsToSave: ['x', 'gamma'],
  outputsToSave: [false, true, true],
  gradFunc: (dys, saved, attrs) => {
    const [x, gamma, mean, variance] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const dy = (dys as tf.Tensor[])[0]!;
    const [dx, dgamma, dbeta] = runKernel<tf.Tensor[]>(
      'StsBatchNormTrainingGrad',
      composeGradient,
      { dy, x, gamma, mean, variance },
      attrs,
    ) as [tf.Tensor, tf.Tensor, tf.Tensor];
    return { x: () => dx, gamma: () => dgamma, beta: () => dbeta };
  },
});

function composeForward(inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor[] {
  const { x, gamma, beta } = inputs as Record<'x' | 'gamma' | 'beta', tf.Tensor>;
  const flat = tf.reshape(x, [-1, gamma.size]);
  const { mean, variance } = tf.moments(flat, 0);
  const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, attrs['epsilon'] as number)));
  const y = tf.add(tf.mul(tf.sub(flat, mean), scale), beta);
  return [tf.reshape(y, x.shape), mean, variance];
}

/** Ioffe & Szegedy 2015, section 3, with the sums over the batch taken once. */
function composeGradient(inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor[] {
  const { dy, x, gamma, mean, variance } = inputs as Record<
    'dy' | 'x' | 'gamma' | 'mean' | 'variance',
    tf.Tensor
  >;
  const flatDy = tf.reshape(dy, [-1, gamma.size]);
  const inverse = tf.rsqrt(tf.add(variance, attrs['epsilon'] as number));
  const normal = tf.mul(tf.sub(tf.reshape(x, [-1, gamma.size]), mean), inverse);
  const dgamma = tf.sum(tf.mul(flatDy, normal), 0);
  const dbeta = tf.sum(flatDy, 0);
  const count = flatDy.shape[0]!;
  const centred = tf.sub(flatDy, tf.div(tf.add(dbeta, tf.mul(normal, dgamma)), count));
  const dx = tf.mul(centred, tf.mul(gamma, inverse));
  return [tf.reshape(dx, x.shape), dgamma, dbeta];
}
