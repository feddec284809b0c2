import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { Kaiming } from '../initializers/kaiming.ts';
import { conv2dTranspose } from '../ops/conv2d-transpose.ts';
import { initializerFrom, serializedInitializer } from './initializer-config.ts';
import { checkSettings, type LayerArgs, single } from './layer-args.ts';
import type { LayerFacts, LayerOperations } from './layer-facts.ts';
import { mapSize, pair, product, singleShape } from './shapes.ts';

type Initializer = ReturnType<typeof tfl.initializers.zeros>;

export interface Conv2DTransposeArgs extends LayerArgs {
  /** Number of output channels. */
  readonly filters: number;
  /** Filter size, `[rows, columns]` or one number for both. */
  readonly kernelSize: number | readonly [number, number];
  /** `[rows, columns]` or one number for both. @default 1 */
  readonly strides?: number | readonly [number, number];
  /** Rows and columns cut off all around the result. @default 0 */
  readonly padding?: number;
  /** Rows and columns added at the bottom and right, fewer than `strides`. @default 0 */
  readonly outputPadding?: number;
  /** @default true, as in PyTorch */
  readonly useBias?: boolean;
  /** @default PyTorch's default, uniform in ±1/√(filters · rows · columns) */
  readonly kernelInitializer?: Initializer;
  /** @default zeros */
  readonly biasInitializer?: Initializer;
}

/**
 * Transposed 2-D convolution, PyTorch's `ConvTranspose2d`: input `[batch, height, width, channels]`,
 * output size `(size − 1)·strides − 2·padding + kernelSize + outputPadding`. Weights: `kernel`
 * `[rows, columns, filters, channels]` and, with `useBias`, `bias` `[filters]`.
 *
 * @throws RangeError where outputPadding is not from 0 to below strides
 */
export class Conv2DTranspose extends tfl.layers.Layer implements LayerFacts {
  static readonly className = 'StsConv2DTranspose';
  readonly filters: number;
  readonly kernelSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: number;
  readonly outputPadding: number;
  readonly useBias: boolean;
  readonly kernelInitializer: Initializer;
  readonly biasInitializer: Initializer;
  #kernel!: tfl.LayerVariable;
  #bias: tfl.LayerVariable | undefined;

  constructor(args: Conv2DTransposeArgs) {
    super(args);
    this.filters = args.filters;
    this.kernelSize = pair(args.kernelSize);
    this.strides = pair(args.strides ?? 1);
    this.padding = args.padding ?? 0;
    this.outputPadding = args.outputPadding ?? 0;
    if (!(this.outputPadding >= 0 && this.outputPadding < Math.min(...this.strides))) {
      throw new RangeError(
        `\`Conv2DTranspose\` ${this.name}: outputPadding must be from 0 to below strides ${Math.min(...this.strides)}, got ${this.outputPadding}.`,
      );
    }
    this.useBias = args.useBias ?? true;
    this.kernelInitializer = initializerFrom(
      args.kernelInitializer,
      () => new Kaiming({ mode: 'fanIn', distribution: 'uniform', gain: 1 / Math.sqrt(3) }),
    );
    this.biasInitializer = initializerFrom(args.biasInitializer, () => tfl.initializers.zeros());
    checkSettings(this, args);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const channels = singleShape(inputShape)[3];
    if (channels == null) {
      throw new RangeError(
        `\`Conv2DTranspose\` ${this.name}: input must be [batch, height, width, channels] with known channels.`,
      );
    }
    const { kernelSize, filters } = this;
    const shape = [...kernelSize, filters, channels];
    this.#kernel = this.addWeight('kernel', shape, 'float32', this.kernelInitializer);
    if (this.useBias) {
      this.#bias = this.addWeight('bias', [filters], 'float32', this.biasInitializer);
    }
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = single(inputs) as tf.Tensor4D;
      const y = conv2dTranspose(x, this.#kernel.read() as tf.Tensor4D, this);
      return this.#bias === undefined ? y : tf.add(y, this.#bias.read());
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [batch = null, height, width] = singleShape(inputShape);
    const { kernelSize, strides, padding, outputPadding } = this;
    const grown = (axis: 0 | 1) => (size: number) =>
      (size - 1) * strides[axis] - 2 * padding + kernelSize[axis] + outputPadding;
    return [batch, mapSize(height, grown(0)), mapSize(width, grown(1)), this.filters];
  }

  operations(input: readonly number[]): LayerOperations {
    const [height, width] = input as [number, number];
    return { multiplyAdds: product(this.#kernel.shape as number[]) * height * width };
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      filters: this.filters,
      kernelSize: [...this.kernelSize],
      strides: [...this.strides],
      padding: this.padding,
      outputPadding: this.outputPadding,
      useBias: this.useBias,
      kernelInitializer: serializedInitializer(this.kernelInitializer),
      biasInitializer: serializedInitializer(this.biasInitializer),
    };
  }
}
tf.serialization.registerClass(Conv2DTranspose);
