import * as tf from '@tensorflow/tfjs-core';

/**
 * Products of matrices, `[…, rows, inner] · […, inner, columns]`, the leading axes equal. The gradient
 * transposes before it multiplies: TensorFlow.js's own multiplies by transposed matrices, for which its
 * WASM backend has no fast kernel (more than ten times slower).
 */
export function multiplyMatrices<T extends tf.Tensor>(a: T, b: T): T {
  const multiply = tf.customGrad((left, right, save) => {
    const [x, y] = [left, right] as [tf.Tensor, tf.Tensor];
    (save as tf.GradSaveFunc)([x, y]);
    return {
      value: tf.matMul(x, y),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => [
        tf.matMul(dy, transposed(saved[1]!)),
        tf.matMul(transposed(saved[0]!), dy),
      ],
    };
  });
  return multiply(a, b) as T;
}

/** With the last two axes exchanged. */
function transposed(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.map((_, axis) => axis);
  return tf.transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}
