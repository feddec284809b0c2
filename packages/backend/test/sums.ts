import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/** The values of what `run` makes, nothing of which is left. */
export async function valuesOf(run: () => tf.Tensor): Promise<Float32Array> {
  const tensor = tf.tidy(run);
  const data = (await tensor.data()) as Float32Array;
  tensor.dispose();
  return data;
}

/** Expects a sum to be right to 10⁻⁶ of `scale`, which is Σ|x|. */
export function near(actual: number, expected: number, scale: number): void {
  expect(Math.abs(actual - expected) / scale).toBeLessThan(1e-6);
}
