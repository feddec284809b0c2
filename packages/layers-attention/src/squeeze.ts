import * as tf from '@tensorflow/tfjs-core';
import { initializers, type layers, type Shape } from '@tensorflow/tfjs-layers';

/** The arguments that every TensorFlow.js layer takes (`name`, `trainable`, …). */
export type LayerArgs = NonNullable<ConstructorParameters<typeof layers.Layer>[0]>;

/** The only tensor that a layer's `call` receives, bare or in an array. */
export function single(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor4D {
  return (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
}

/** The input's channels. @throws RangeError unless it has four axes and known channels */
export function channelsOf(layer: string, inputShape: Shape | Shape[]): number {
  const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
  const channels = shape[3];
  if (shape.length !== 4 || channels == null) {
    throw new RangeError(
      `\`${layer}\`: the input must be [batch, height, width, channels] with a known channel count, got [${shape.map((n) => n ?? 'null').join(', ')}].`,
    );
  }
  return channels;
}

/** `x` with each channel of each image times a number of `[batch, channels]`. */
export function scaleChannels(x: tf.Tensor4D, factors: tf.Tensor): tf.Tensor {
  const [batch, , , channels] = x.shape;
  return tf.mul(x, tf.reshape(factors, [batch, 1, 1, channels]));
}

/** How many values a shape without the batch axis has. */
export function valuesOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** @throws RangeError unless `value` is a positive integer */
export function requirePositiveInteger(layer: string, option: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new RangeError(`\`${layer}\`: \`${option}\` must be a positive integer, got ${value}.`);
  }
}

/** @throws RangeError unless `value` is an integer */
export function requireSeed(layer: string, value: number): void {
  if (!Number.isInteger(value)) {
    throw new RangeError(`\`${layer}\`: \`seed\` must be an integer, got ${value}.`);
  }
}

/** PyTorch's default for weights with `fan` inputs: uniform in ±1/√fan. */
export function torchDefault(fan: number, seed: number): ReturnType<typeof initializers.zeros> {
  const bound = 1 / Math.sqrt(fan);
  return initializers.randomUniform({ minval: -bound, maxval: bound, seed });
}
