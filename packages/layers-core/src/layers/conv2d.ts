import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { Kaiming } from '../initializers/kaiming.ts';
import { conv2d } from '../ops/conv2d.ts';
import { conv2dGeometry, type Padding } from '../ops/conv2d-geometry.ts';
import { initializerFrom, serializedInitializer } from './initializer-config.ts';
import { checkSettings, type LayerArgs, single } from './layer-args.ts';
import type { LayerFacts, LayerOperations } from './layer-facts.ts';
import { pair, product, singleShape } from './shapes.ts';

type Initializer = ReturnType<typeof tfl.initializers.zeros>;

export interface Conv2DArgs extends LayerArgs {
  /** Number of output channels. */
  readonly filters: number;
  /** Filter size, `[rows, columns]` or one number for both. */
  readonly kernelSize: number | readonly [number, number];
  /** @default 1 */
  readonly strides?: number | readonly [number, number];
  /** @default 1 */
  readonly dilations?: number | readonly [number, number];
  /** One number for all sides, `[top, bottom, left, right]`, `'same'` (TensorFlow's) or `'valid'`. @default 0 */
  readonly padding?: number | Padding;
  /** Channel groups; as many as input channels make the convolution depthwise. @default 1 */
  readonly groups?: number;
  /** @default false */
  readonly useBias?: boolean;
  /** @default PyTorch's default, uniform in ±1/√fanIn */
  readonly kernelInitializer?: Initializer;
  /** @default zeros */
  readonly biasInitializer?: Initializer;
}

/**
 * 2-D convolution with groups, dilation, strides and explicit padding.
 *
 * Input `[batch, height, width, channels]`, output `[batch, outHeight, outWidth, filters]`; height
 * and width may be unknown when the model is built. Weights: `kernel`
 * `[rows, columns, channels / groups, filters]` and, with `useBias`, `bias` `[filters]`.
 *
 * @throws RangeError where groups, channels, strides, dilations or padding do not fit.
 */
export class Conv2D extends tfl.layers.Layer implements LayerFacts {
  static readonly className = 'StsConv2D';
  readonly filters: number;
  readonly kernelSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly padding: Padding;
  readonly groups: number;
  readonly useBias: boolean;
  readonly kernelInitializer: Initializer;
  readonly biasInitializer: Initializer;
  #kernel!: tfl.LayerVariable;
  #bias: tfl.LayerVariable | undefined;

  constructor(args: Conv2DArgs) {
    super(args);
    const { filters, kernelSize, strides = 1, dilations = 1, padding = 0 } = args;
    if (!Number.isInteger(filters) || filters < 1) {
      throw new RangeError(
        `\`Conv2D\` ${this.name}: filters must be a whole number from 1 on, got ${filters}.`,
      );
    }
    this.filters = filters;
    this.kernelSize = pair(kernelSize);
    this.strides = pair(strides);
    this.dilations = pair(dilations);
    this.padding = typeof padding === 'number' ? [padding, padding, padding, padding] : padding;
    this.groups = args.groups ?? 1;
    this.useBias = args.useBias ?? false;
    this.kernelInitializer = initializerFrom(
      args.kernelInitializer,
      () => new Kaiming({ mode: 'fanIn', distribution: 'uniform', gain: 1 / Math.sqrt(3) }),
    );
    this.biasInitializer = initializerFrom(args.biasInitializer, () => tfl.initializers.zeros());
    checkSettings(this, args);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = singleShape(inputShape);
    const channels = shape[3];
    if (shape.length !== 4 || channels == null) {
      throw new RangeError(
        `\`Conv2D\` ${this.name}: input must be [batch, height, width, channels] with known channels, got [${shape}].`,
      );
    }
    if (channels % this.groups || this.filters % this.groups) {
      throw new RangeError(
        `\`Conv2D\` ${this.name}: groups must divide the ${channels} input channels and the ${this.filters} filters, got ${this.groups}.`,
      );
    }
    this.#kernel = this.addWeight(
      'kernel',
      [...this.kernelSize, channels / this.groups, this.filters],
      'float32',
      this.kernelInitializer,
    );
    if (this.useBias) {
      this.#bias = this.addWeight('bias', [this.filters], 'float32', this.biasInitializer);
    }
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const y = conv2d(single(inputs) as tf.Tensor4D, this.#kernel.read() as tf.Tensor4D, this);
      return this.#bias === undefined ? y : tf.add(y, this.#bias.read());
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [batch = null, height = null, width = null, channels] = singleShape(inputShape);
    const kernelShape = [...this.kernelSize, (channels ?? 0) / this.groups, this.filters];
    // An unknown size stands in as one large enough for any filter; only the known one is kept.
    const enough = 1 << 20;
    const { outputShape } = conv2dGeometry(
      [1, height ?? enough, width ?? enough, channels ?? 0],
      kernelShape,
      this,
    );
    return [
      batch,
      height === null ? null : outputShape[1],
      width === null ? null : outputShape[2],
      this.filters,
    ];
  }

  operations(_input: readonly number[], output: readonly number[]): LayerOperations {
    const [height, width] = output as [number, number];
    return { multiplyAdds: product(this.#kernel.shape as number[]) * height * width };
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      filters: this.filters,
      kernelSize: [...this.kernelSize],
      strides: [...this.strides],
      dilations: [...this.dilations],
      padding: typeof this.padding === 'string' ? this.padding : [...this.padding],
      groups: this.groups,
      useBias: this.useBias,
      kernelInitializer: serializedInitializer(this.kernelInitializer),
      biasInitializer: serializedInitializer(this.biasInitializer),
    };
  }
}
tf.serialization.registerClass(Conv2D);
