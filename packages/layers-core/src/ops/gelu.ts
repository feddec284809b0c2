import * as tf from '@tensorflow/tfjs-core';
import { runKernel } from './run-kernel.ts';

/**
 * How {@link gelu} computes the normal distribution Φ: `erf`, exactly; `tanh`, by
 * `½ (1 + tanh(√(2/π) (x + 0.044715 x³)))`. Weights are trained with one of them.
 */
export type GELUForm = 'erf' | 'tanh';

/**
 * Gaussian error linear unit, `x · Φ(x)` (Hendrycks & Gimpel, arXiv 1606.08415); PyTorch's `GELU`, with
 * `tanh` its `approximate='tanh'`.
 *
 * @param x Any shape, float32.
 */
export function gelu<T extends tf.Tensor>(x: T, form: GELUForm = 'erf'): T {
  const unit = tf.customGrad((input, save) => {
    const z = input as tf.Tensor;
    (save as tf.GradSaveFunc)([z]);
    return {
      value: tf.mul(z, distribution(z, form)),
      // Only x is kept; what else the gradient needs is computed again.
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        runKernel<tf.Tensor>(
          'StsGELUGrad',
          (inputs, attrs) => {
            const { dy, x } = inputs as Record<'dy' | 'x', tf.Tensor>;
            return tf.mul(dy, slope(x, attrs['form'] as unknown as GELUForm));
          },
          { dy, x: saved[0]! },
          { form: form as unknown as number },
        ),
    };
  });
  return unit(x) as T;
}

const inner = Math.sqrt(2 / Math.PI);
const cubic = 0.044715;

/** Φ(x). */
function distribution(x: tf.Tensor, form: GELUForm): tf.Tensor {
  const odd = form === 'erf' ? tf.erf(tf.mul(x, Math.SQRT1_2)) : tf.tanh(bent(x));
  return tf.mul(tf.add(odd, 1), 0.5);
}

/** √(2/π) (x + 0.044715 x³). */
function bent(x: tf.Tensor): tf.Tensor {
  return tf.mul(x, tf.add(tf.mul(tf.square(x), inner * cubic), inner));
}

/** The derivative of `x · Φ(x)`. */
function slope(x: tf.Tensor, form: GELUForm): tf.Tensor {
  const square = tf.square(x);
  if (form === 'erf') {
    const density = tf.mul(tf.exp(tf.mul(square, -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return tf.add(distribution(x, form), tf.mul(x, density));
  }
  const odd = tf.tanh(bent(x));
  const inside = tf.add(tf.mul(square, 3 * inner * cubic), inner);
  const density = tf.mul(tf.mul(tf.sub(1, tf.square(odd)), inside), 0.5);
  return tf.add(tf.mul(tf.add(odd, 1), 0.5), tf.mul(x, density));
}
