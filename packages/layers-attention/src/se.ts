import { checkSettings, type LayerFacts, type LayerOperations } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import { layers, type Shape } from '@tensorflow/tfjs-layers';
import { Perceptron } from './perceptron.ts';
import {
  channelsOf,
  type LayerArgs,
  requirePositiveInteger,
  requireSeed,
  scaleChannels,
  single,
  valuesOf,
} from './squeeze.ts';

/** Options of {@link SE}. */
export interface SEArgs extends LayerArgs {
  /** How many times fewer values there are between the two fully connected layers. @default 16 */
  reduction?: number;
  /** Whether the fully connected layers have biases. @default false */
  useBias?: boolean;
  /** Seed of the initial weights, PyTorch's default; an integer. @default 0 */
  seed?: number;
}

/**
 * Squeeze and excitation: weighs each channel of an image by what all channels hold.
 *
 * y = x · σ(W2 ReLU(W1 s)), where s is the mean of x over height and width.
 *
 * - Input and output: `[batch, height, width, channels]`, any height and width.
 * - Weights: `fc1.weight` `[channels / reduction, channels]`, `fc2.weight`
 *   `[channels, channels / reduction]` and, with `useBias`, `fc1.bias`, `fc2.bias`.
 *
 * Source: Hu et al., CVPR 2018.
 *
 * @throws RangeError for an impossible option, or an input that has not four axes or no channel count
 */
export class SE extends layers.Layer implements LayerFacts {
  static readonly className: string = 'StsSE';
  readonly reduction: number;
  readonly useBias: boolean;
  readonly seed: number;
  #perceptron!: Perceptron;

  constructor({ reduction = 16, useBias = false, seed = 0, ...layerArgs }: SEArgs = {}) {
    super(layerArgs);
    requirePositiveInteger('se', 'reduction', reduction);
    requireSeed('se', seed);
    this.reduction = reduction;
    this.useBias = useBias;
    this.seed = seed;
    checkSettings(this, layerArgs);
  }

  override build(inputShape: Shape | Shape[]): void {
    const channels = channelsOf('se', inputShape);
    const { reduction, useBias, seed } = this;
    this.#perceptron = new Perceptron(
      (name, shape, initializer) => this.addWeight(name, shape, 'float32', initializer),
      { channels, reduction, useBias, seed },
    );
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = single(inputs);
      return scaleChannels(x, tf.sigmoid(this.#perceptron.apply(tf.mean(x, [1, 2]))));
    });
  }

  operations(input: readonly number[]): LayerOperations {
    return { multiplyAdds: this.#perceptron.multiplyAdds, other: valuesOf(input) };
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { reduction, useBias, seed } = this;
    return { ...super.getConfig(), reduction, useBias, seed };
  }
}

/** Makes an {@link SE} layer. */
export function se(args?: SEArgs): SE {
  return new SE(args);
}

tf.serialization.registerClass(SE);
