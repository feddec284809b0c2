import * as tf from '@tensorflow/tfjs-core';
import type { Loss, Truth } from '../../src/index.ts';
import { mapped } from '../../src/losses/contract/loss.ts';

/** A truth of labels that are digits, one a pixel; 9 counts nowhere. */
export function oneHot(
  digits: string,
  [count, height, width]: readonly [number, number, number],
  classes: number,
): Truth {
  const labels = new Float32Array(digits.length * classes);
  for (const [i, digit] of [...digits].entries()) {
    if (digit !== '9') labels[i * classes + Number(digit)] = 1;
  }
  return { labels, count, height, width, classes };
}

/** A loss and its derivative by the logits, in C order. */
export async function valueAndGradient(
  loss: Loss,
  truth: Truth,
  logits: Float32Array,
): Promise<{ readonly value: number; readonly gradient: Float32Array }> {
  const { value, grad } = tf.tidy(() => {
    const { ofLogits, z } = onTensors(loss, truth, logits);
    return tf.valueAndGrad(ofLogits)(z);
  });
  const [[number = Number.NaN], gradient] = await Promise.all([
    value.data<'float32'>(),
    grad.data<'float32'>(),
  ]);
  tf.dispose([value, grad]);
  return { value: number, gradient };
}

/** A loss alone, which spares what its derivative takes. */
export async function lossValue(loss: Loss, truth: Truth, logits: Float32Array): Promise<number> {
  const value = tf.tidy(() => {
    const { ofLogits, z } = onTensors(loss, truth, logits);
    return ofLogits(z);
  });
  const [number = Number.NaN] = await value.data<'float32'>();
  value.dispose();
  return number;
}

/** Within a scope: a loss as a function of its logits, and these. */
function onTensors(loss: Loss, truth: Truth, logits: Float32Array) {
  const { maps, value } = mapped(loss);
  const { count, height, width, classes } = truth;
  const shape: [number, number, number, number] = [count, height, width, classes];
  const labels = tf.tensor4d(truth.labels, shape);
  const entries = Object.entries(maps(truth)).map(([name, { data, shape }]) => {
    const dtype = data instanceof Int32Array ? 'int32' : 'float32';
    return [name, tf.tensor(data, [...shape], dtype)] as const;
  });
  const tensors = Object.fromEntries(entries);
  const ofLogits = (z: tf.Tensor) => value(labels, z as tf.Tensor4D, tensors);
  return { ofLogits, z: tf.tensor4d(logits, shape) };
}
