import * as tf from '@tensorflow/tfjs-core';
import type { TorchTensor } from './golden.ts';
import { signed } from './random.ts';

/** The golden recipe's tensor for `key`, values in [-1, 1), given PyTorch's NCHW `shape`, as NHWC. */
export function signedNchw(
  key: string,
  shape: readonly [number, number, number, number],
): tf.Tensor4D {
  return tf.tidy(() =>
    tf.transpose(
      tf.tensor<tf.Rank>(signed(key, product(shape)), [...shape]) as tf.Tensor4D,
      [0, 2, 3, 1],
    ),
  );
}

/** A PyTorch OIHW filter as TensorFlow's HWIO. */
export function hwio({ shape, data }: TorchTensor): tf.Tensor4D {
  return tf.tidy(() =>
    tf.transpose(tf.tensor<tf.Rank>(data, [...shape]) as tf.Tensor4D, [2, 3, 1, 0]),
  );
}

/** Flat values of an NHWC tensor in PyTorch's NCHW order. */
export async function nchwValues(tensor: tf.Tensor4D): Promise<Float32Array> {
  const transposed = tf.transpose(tensor, [0, 3, 1, 2]);
  const values = await transposed.data<'float32'>();
  transposed.dispose();
  return values;
}

function product(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
