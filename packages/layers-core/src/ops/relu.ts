import * as tf from '@tensorflow/tfjs-core';
import { runKernel } from './run-kernel.ts';

/**
 * `min(max(x, 0), maxValue)`; the gradient passes where `0 < y < maxValue`, as in PyTorch.
 *
 * @param x Any shape, float32.
 * @param maxValue Upper bound, `null` for none; 6 gives ReLU6.
 */
export function relu<T extends tf.Tensor>(x: T, maxValue: number | null = null): T {
  const bounded = tf.customGrad((input, save) => {
    const z = input as tf.Tensor;
    const y =
      maxValue === null
        ? tf.relu(z)
        : maxValue === 6
          ? tf.relu6(z)
          : tf.clipByValue(z, 0, maxValue);
    (save as tf.GradSaveFunc)([y]);
    return {
      value: y,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        runKernel<tf.Tensor>(
          'StsReLUGrad',
          compose,
          { dy, y: saved[0]! },
          { maxValue: maxValue as unknown as number },
        ),
    };
  });
  return bounded(x) as T;
}

function compose(inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor {
  const { dy, y } = inputs as Record<'dy' | 'y', tf.Tensor>;
  const maxValue = attrs['maxValue'] as unknown as number | null;
  const above = tf.greater(y, 0);
  const inside = maxValue === null ? above : tf.logicalAnd(above, tf.less(y, maxValue));
  return tf.mul(dy, tf.cast(inside, 'float32'));
}
