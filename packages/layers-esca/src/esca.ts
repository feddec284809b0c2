import * as tf from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers, type Shape } from '@tensorflow/tfjs-layers';
import { adaptiveKernelSize } from './adaptive-kernel-size.ts';
import { convolveChannels } from './convolve-channels.ts';

type LayerArgs = NonNullable<ConstructorParameters<typeof layers.Layer>[0]>;

/** What stands between two of the convolutions. */
export type ESCAActivation = 'linear' | 'relu' | 'sigmoid' | 'tanh';

/** `paper`: kernel size from the channel count. `reference-code`: kernel size 3 everywhere. */
export type ESCAPreset = 'paper' | 'reference-code';

/** Options of {@link ESCA}. */
export interface ESCAArgs extends LayerArgs {
  /** Starting point that the other options override. @default 'paper' */
  preset?: ESCAPreset;
  /** Taps of each 1-D convolution: odd, or `adaptive` for {@link adaptiveKernelSize}. @default by `preset` */
  kernelSize?: 'adaptive' | number;
  /** Divisor in the adaptive rule. @default 2 */
  gamma?: number;
  /** Offset in the adaptive rule. @default 1 */
  b?: number;
  /** How many times the convolution is applied; a positive integer. @default 2 */
  repeats?: number;
  /** Whether all repeats use one kernel. @default true */
  shared?: boolean;
  /** Applied between two convolutions, never after the last. @default 'linear' */
  activation?: ESCAActivation;
  /** Seed of the initial kernels, drawn from U(−1/√k, 1/√k) as PyTorch does; an integer. @default 0 */
  seed?: number;
}

const kernelSizes: Readonly<Record<ESCAPreset, 'adaptive' | number>> = {
  paper: 'adaptive',
  'reference-code': 3,
};

const activations: Readonly<Record<ESCAActivation, (x: tf.Tensor2D) => tf.Tensor2D>> = {
  linear: (x) => x,
  relu: tf.relu,
  sigmoid: tf.sigmoid,
  tanh: tf.tanh,
};

/**
 * ESCA channel attention: weighs each channel of an image by what its neighbouring channels hold.
 *
 * s = mean of x over height and width; u = w ∗ s; v = w ∗ u; y = x · σ(v), where ∗ is a 1-D
 * convolution over the channels, zero-padded to keep their number, without bias. With the default
 * `linear` activation, y is the same for w and −w, and w = 0 has no gradient.
 *
 * - Input and output: `[batch, height, width, channels]`, any height and width.
 * - Weights: `conv.weight` `[k]`; with `shared: false` `conv.0.weight`, `conv.1.weight`, … `[k]`.
 * - Masks are not used.
 *
 * Source: Zhao et al., Scientific Reports 2025, doi 10.1038/s41598-025-94437-9.
 *
 * @throws RangeError for an impossible option, or an input that has not four axes or no channel count
 */
export class ESCA extends layers.Layer {
  static readonly className = 'StsESCA';

  /** Taps of each convolution as asked for: a number, or `adaptive`. */
  readonly kernelSize: 'adaptive' | number;
  readonly gamma: number;
  readonly b: number;
  readonly repeats: number;
  readonly shared: boolean;
  readonly activation: ESCAActivation;
  readonly seed: number;
  #kernels: LayerVariable[] = [];

  constructor(args: ESCAArgs = {}) {
    const {
      preset = 'paper',
      gamma = 2,
      b = 1,
      repeats = 2,
      shared = true,
      activation = 'linear',
      seed = 0,
      ...layerArgs
    } = args;
    requireOneOf('preset', preset, Object.keys(kernelSizes));
    const { kernelSize = kernelSizes[preset], ...rest } = layerArgs;
    super(rest);
    if (kernelSize !== 'adaptive' && !(isPositiveInteger(kernelSize) && kernelSize % 2 === 1)) {
      throw new RangeError(
        `\`esca\`: \`kernelSize\` must be 'adaptive' or an odd positive integer, got ${kernelSize}.`,
      );
    }
    adaptiveKernelSize(1, { gamma, b });
    if (!isPositiveInteger(repeats)) {
      throw new RangeError(`\`esca\`: \`repeats\` must be a positive integer, got ${repeats}.`);
    }
    requireOneOf('activation', activation, Object.keys(activations));
    if (!Number.isInteger(seed)) {
      throw new RangeError(`\`esca\`: \`seed\` must be an integer, got ${seed}.`);
    }
    this.kernelSize = kernelSize;
    this.gamma = gamma;
    this.b = b;
    this.repeats = repeats;
    this.shared = shared;
    this.activation = activation;
    this.seed = seed;
    requireKnown(rest);
  }

  override build(inputShape: Shape | Shape[]): void {
    const channels = channelsOf(inputShape);
    const taps =
      this.kernelSize === 'adaptive' ? adaptiveKernelSize(channels, this) : this.kernelSize;
    const bound = 1 / Math.sqrt(taps);
    const names = this.shared
      ? ['conv.weight']
      : Array.from({ length: this.repeats }, (_, i) => `conv.${i}.weight`);
    this.#kernels = names.map((name, i) =>
      this.addWeight(
        name,
        [taps],
        'float32',
        initializers.randomUniform({ minval: -bound, maxval: bound, seed: this.seed + i }),
      ),
    );
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
      let signal = tf.mean(x, [1, 2]) as tf.Tensor2D;
      for (let i = 0; i < this.repeats; i++) {
        if (i > 0) signal = activations[this.activation](signal);
        const kernel = this.#kernels[this.shared ? 0 : i]!.read() as tf.Tensor1D;
        signal = convolveChannels(signal, kernel);
      }
      const [batch, channels] = signal.shape;
      return tf.mul(x, tf.reshape(tf.sigmoid(signal), [batch, 1, 1, channels]));
    });
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return Array.isArray(inputShape[0]) ? inputShape[0] : (inputShape as Shape);
  }

  /**
   * What one run costs for one image: multiply-adds of the convolutions over the channels, and the
   * mean of each channel as one operation for each input value.
   *
   * @param input shape without the batch axis
   */
  operations(input: readonly number[]): { readonly multiplyAdds: number; readonly other: number } {
    const [taps] = this.#kernels[0]!.shape as [number];
    const [height, width, channels] = input as [number, number, number];
    return { multiplyAdds: this.repeats * taps * channels, other: height * width * channels };
  }

  /**
   * The PyTorch parameter of a weight: a 1-D convolution has one input and one output channel there.
   *
   * @param name the weight's name without the layer's
   * @param shape `[k]`
   */
  torchParameter(
    name: string,
    shape: readonly number[],
  ): { readonly name: string; readonly shape: readonly number[]; readonly layout: 'same' } {
    return { name, shape: [1, 1, ...shape], layout: 'same' };
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      kernelSize: this.kernelSize,
      gamma: this.gamma,
      b: this.b,
      repeats: this.repeats,
      shared: this.shared,
      activation: this.activation,
      seed: this.seed,
    };
  }
}

/**
 * Makes an {@link ESCA} layer.
 *
 * @param args options; none gives the paper's layer (adaptive kernel size, shared, applied twice)
 */
export function esca(args?: ESCAArgs): ESCA {
  return new ESCA(args);
}

function isPositiveInteger(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) > 0;
}

/** What TensorFlow.js 4.22 tells every layer, `customObjects` on loading a model. */
const common = [
  ...['name', 'trainable', 'dtype', 'inputShape', 'batchInputShape', 'batchSize'],
  ...['weights', 'inputDType', 'customObjects'],
];

/** TensorFlow.js passes over settings that a layer does not know. */
function requireKnown(layerArgs: object): void {
  const unknown = Object.entries(layerArgs)
    .filter(([name, value]) => value !== undefined && !common.includes(name))
    .map(([name]) => name);
  if (unknown.length === 0) return;
  throw new RangeError(
    `\`esca\`: unknown setting ${unknown.join(', ')}; its settings are preset, kernelSize, gamma, b, repeats, shared, activation, seed, name, trainable, inputShape. Images are [batch, height, width, channels].`,
  );
}

function requireOneOf(option: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) {
    throw new RangeError(
      `\`esca\`: \`${option}\` must be one of ${allowed.map((name) => `'${name}'`).join(', ')}, got '${value}'.`,
    );
  }
}

function channelsOf(inputShape: Shape | Shape[]): number {
  const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as Shape;
  const channels = shape[3];
  if (shape.length !== 4 || channels == null) {
    throw new RangeError(
      `\`esca\`: the input must be [batch, height, width, channels] with a known channel count, got [${shape.map((n) => n ?? 'null').join(', ')}].`,
    );
  }
  return channels;
}

tf.serialization.registerClass(ESCA);
