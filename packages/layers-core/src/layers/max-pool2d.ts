import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { checkSettings, type LayerArgs, single } from './layer-args.ts';
import { mapSize, singleShape } from './shapes.ts';

export interface MaxPool2DArgs extends LayerArgs {
  /** Side of the square window. */
  readonly poolSize: number;
  /** @default poolSize */
  readonly strides?: number;
  /** Rows and columns around the input that never win, at most half the window. @default 0 */
  readonly padding?: number;
}

/** The least finite float32: a border of it never wins, and unlike −∞ every backend takes it. */
const LOWEST = -3.4028234663852886e38;

/**
 * Maximum pooling with PyTorch's symmetric padding.
 * Input `[batch, height, width, channels]`, output size `⌊(size + 2·padding − poolSize)/strides⌋ + 1`.
 */
export class MaxPool2D extends tfl.layers.Layer {
  static readonly className = 'StsMaxPool2D';
  readonly poolSize: number;
  readonly strides: number;
  readonly padding: number;

  constructor(args: MaxPool2DArgs) {
    super(args);
    this.poolSize = args.poolSize;
    this.strides = args.strides ?? args.poolSize;
    this.padding = args.padding ?? 0;
    if (this.padding > this.poolSize / 2) {
      throw new RangeError(
        `\`MaxPool2D\` ${this.name}: padding must be at most half of poolSize ${this.poolSize}, got ${this.padding}.`,
      );
    }
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = single(inputs) as tf.Tensor4D;
      const rim: [number, number] = [this.padding, this.padding];
      const padded = this.padding > 0 ? tf.pad(x, [[0, 0], rim, rim, [0, 0]], LOWEST) : x;
      return tf.maxPool(padded, this.poolSize, this.strides, 'valid');
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [batch = null, height, width, channels = null] = singleShape(inputShape);
    const pooled = (size: number) =>
      Math.floor((size + 2 * this.padding - this.poolSize) / this.strides) + 1;
    return [batch, mapSize(height, pooled), mapSize(width, pooled), channels];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      poolSize: this.poolSize,
      strides: this.strides,
      padding: this.padding,
    };
  }
}
tf.serialization.registerClass(MaxPool2D);
