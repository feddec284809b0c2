import * as tf from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import { torchDefault } from './squeeze.ts';

type Initializer = ReturnType<typeof torchDefault>;

/** Options of {@link Perceptron}. */
export interface PerceptronOptions {
  readonly channels: number;
  /** How many times fewer values there are in between. */
  readonly reduction: number;
  readonly useBias: boolean;
  readonly seed: number;
}

/**
 * Two fully connected layers with ReLU in between, from channels to channels. Weights, as PyTorch
 * lays them out: `fc1.weight` `[inner, channels]`, `fc2.weight` `[channels, inner]` and, with
 * `useBias`, `fc1.bias` `[inner]`, `fc2.bias` `[channels]`.
 */
export class Perceptron {
  /** Multiply-adds of one run. */
  readonly multiplyAdds: number;
  readonly #layers: { readonly weight: LayerVariable; readonly bias: LayerVariable | undefined }[];

  /** @param add makes a trainable weight of the layer that this is part of */
  constructor(
    add: (name: string, shape: number[], initializer: Initializer) => LayerVariable,
    { channels, reduction, useBias, seed }: PerceptronOptions,
  ) {
    const inner = Math.max(1, Math.floor(channels / reduction));
    this.multiplyAdds = 2 * channels * inner;
    const fullyConnected = (name: string, inputs: number, outputs: number, index: number) => ({
      weight: add(`${name}.weight`, [outputs, inputs], torchDefault(inputs, seed + index)),
      bias: useBias
        ? add(`${name}.bias`, [outputs], torchDefault(inputs, seed + index + 1))
        : undefined,
    });
    this.#layers = [
      fullyConnected('fc1', channels, inner, 0),
      fullyConnected('fc2', inner, channels, 2),
    ];
  }

  /** `[batch, channels]` → `[batch, channels]`. */
  apply(x: tf.Tensor): tf.Tensor {
    const [first, second] = this.#layers.map(({ weight, bias }) => (input: tf.Tensor) => {
      const y = tf.matMul(input as tf.Tensor2D, weight.read() as tf.Tensor2D, false, true);
      return bias === undefined ? y : tf.add(y, bias.read());
    });
    return second!(tf.relu(first!(x)));
  }
}
