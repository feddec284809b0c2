import {
  checkSettings,
  conv2d,
  type LayerFacts,
  type LayerOperations,
  type TorchParameter,
} from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import { type LayerVariable, layers, type Shape } from '@tensorflow/tfjs-layers';
import { Perceptron } from './perceptron.ts';
import {
  channelsOf,
  type LayerArgs,
  requirePositiveInteger,
  requireSeed,
  scaleChannels,
  single,
  torchDefault,
  valuesOf,
} from './squeeze.ts';

/** Options of {@link CBAM}. */
export interface CBAMArgs extends LayerArgs {
  /** How many times fewer values there are between the two fully connected layers. @default 16 */
  reduction?: number;
  /** Side of the filter over positions, odd. @default 7 */
  kernelSize?: number;
  /** Whether the fully connected layers have biases. @default false */
  useBias?: boolean;
  /** Seed of the initial weights, PyTorch's default; an integer. @default 0 */
  seed?: number;
}

/**
 * Convolutional block attention: weighs each channel, then each position.
 *
 * z = x · σ(P(mean of x) + P(maximum of x)), over height and width, where P is two fully connected
 * layers with ReLU in between; y = z · σ(w ∗ [maximum of z, mean of z]), over channels, where ∗ is a
 * zero-padded convolution without bias or normalisation.
 *
 * - Input and output: `[batch, height, width, channels]`, any height and width.
 * - Weights: `fc1.weight` `[channels / reduction, channels]`, `fc2.weight`
 *   `[channels, channels / reduction]`, with `useBias` `fc1.bias`, `fc2.bias`, and `conv.weight`
 *   `[kernelSize, kernelSize, 2, 1]`.
 *
 * Source: Woo et al., ECCV 2018.
 *
 * @throws RangeError for an impossible option, or an input that has not four axes or no channel count
 */
export class CBAM extends layers.Layer implements LayerFacts {
  static readonly className: string = 'StsCBAM';
  readonly reduction: number;
  readonly kernelSize: number;
  readonly useBias: boolean;
  readonly seed: number;
  #perceptron!: Perceptron;
  #kernel!: LayerVariable;

  constructor(args: CBAMArgs = {}) {
    const { reduction = 16, kernelSize = 7, useBias = false, seed = 0, ...layerArgs } = args;
    super(layerArgs);
    requirePositiveInteger('cbam', 'reduction', reduction);
    requireSeed('cbam', seed);
    if (!Number.isInteger(kernelSize) || kernelSize < 1 || kernelSize % 2 === 0) {
      throw new RangeError(
        `\`cbam\`: \`kernelSize\` must be an odd positive integer, got ${kernelSize}.`,
      );
    }
    this.reduction = reduction;
    this.kernelSize = kernelSize;
    this.useBias = useBias;
    this.seed = seed;
    checkSettings(this, layerArgs);
  }

  override build(inputShape: Shape | Shape[]): void {
    const channels = channelsOf('cbam', inputShape);
    const { reduction, kernelSize, useBias, seed } = this;
    this.#perceptron = new Perceptron(
      (name, shape, initializer) => this.addWeight(name, shape, 'float32', initializer),
      { channels, reduction, useBias, seed },
    );
    const initializer = torchDefault(2 * kernelSize ** 2, seed + 4);
    const shape = [kernelSize, kernelSize, 2, 1];
    this.#kernel = this.addWeight('conv.weight', shape, 'float32', initializer);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = single(inputs);
      const [ofMean, ofMaximum] = [tf.mean(x, [1, 2]), tf.max(x, [1, 2])].map((squeezed) =>
        this.#perceptron.apply(squeezed),
      );
      const z = scaleChannels(x, tf.sigmoid(tf.add(ofMean!, ofMaximum!))) as tf.Tensor4D;
      const seen = tf.concat([tf.max(z, 3, true), tf.mean(z, 3, true)], 3) as tf.Tensor4D;
      const kernel = this.#kernel.read() as tf.Tensor4D;
      const margin = (this.kernelSize - 1) / 2;
      const map = conv2d(seen, kernel, { padding: [margin, margin, margin, margin] });
      return tf.mul(z, tf.sigmoid(map));
    });
  }

  operations(input: readonly number[]): LayerOperations {
    const [height, width] = input as [number, number];
    // Mean and maximum each pass the fully connected layers; then the convolution over positions.
    return {
      multiplyAdds: 2 * this.#perceptron.multiplyAdds + 2 * this.kernelSize ** 2 * height * width,
      other: valuesOf(input),
    };
  }

  /** The filter over positions is stored as those of other convolutions are; matrices lie as in PyTorch. */
  torchParameter(name: string, shape: readonly number[]): TorchParameter {
    if (shape.length !== 4) return { name, shape, layout: 'same' };
    const [height, width, inputs, outputs] = shape as [number, number, number, number];
    return { name, shape: [outputs, inputs, height, width], layout: 'OIHW' };
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { reduction, kernelSize, useBias, seed } = this;
    return { ...super.getConfig(), reduction, kernelSize, useBias, seed };
  }
}

/** Makes a {@link CBAM} layer. */
export function cbam(args?: CBAMArgs): CBAM {
  return new CBAM(args);
}

tf.serialization.registerClass(CBAM);
