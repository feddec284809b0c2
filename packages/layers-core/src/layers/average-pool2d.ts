import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { checkSettings, type LayerArgs, single } from './layer-args.ts';
import { mapSize, pair, singleShape } from './shapes.ts';

export interface AveragePool2DArgs extends LayerArgs {
  /** Of the window, `[rows, columns]` or one number for both. */
  readonly poolSize: number | readonly [number, number];
  /** `[rows, columns]` or one number for both. @default poolSize */
  readonly strides?: number | readonly [number, number];
  /** Rows and columns of zeros around the input, or those before it and after it. @default 0 */
  readonly padding?: number | readonly [before: number, after: number];
  /** Whether the last window may reach beyond the padded input; what is beyond is never counted. @default false */
  readonly ceilMode?: boolean;
  /** Whether the zeros of `padding` count in the means. @default true */
  readonly countIncludePad?: boolean;
}

/**
 * Average pooling with PyTorch's padding, ceil mode and count.
 * Input `[batch, height, width, channels]`, output size
 * `⌊(size + padding before and after − poolSize) / strides⌋ + 1`, in ceil mode rounded up as long as the
 * last window begins within the input or the padding before it.
 */
export class AveragePool2D extends tfl.layers.Layer {
  static readonly className = 'StsAveragePool2D';
  readonly poolSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: readonly [before: number, after: number];
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;

  constructor(args: AveragePool2DArgs) {
    super(args);
    const { poolSize, padding = 0 } = args;
    this.poolSize = pair(poolSize);
    this.strides = pair(args.strides ?? poolSize);
    this.padding = typeof padding === 'number' ? [padding, padding] : [padding[0], padding[1]];
    this.ceilMode = args.ceilMode ?? false;
    this.countIncludePad = args.countIncludePad ?? true;
    if (this.padding.some((one) => !(one >= 0 && one <= Math.min(...this.poolSize) / 2))) {
      throw new RangeError(
        `\`AveragePool2D\` ${this.name}: padding must be from 0 to half of poolSize ${poolSize}, got ${padding}.`,
      );
    }
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = single(inputs) as tf.Tensor4D;
      const [rows, columns] = [this.#windows(x.shape[1], 0), this.#windows(x.shape[2], 1)];
      const rims: [number, number][] = [[0, 0], rows.rim, columns.rim, [0, 0]];
      const padded = rims.flat().some((one) => one > 0) ? tf.pad(x, rims) : x;
      const mean = tf.avgPool(padded, [...this.poolSize], [...this.strides], 'valid');
      const isWhole = [rows, columns].every(({ counts }, axis) =>
        counts.every((one) => one === this.poolSize[axis]),
      );
      if (isWhole) return mean;
      // Of sums of whole windows, means of what counts in each.
      const share = rows.counts.flatMap((row) =>
        columns.counts.map((column) => (this.poolSize[0] * this.poolSize[1]) / (row * column)),
      );
      return tf.mul(mean, tf.tensor4d(share, [1, rows.counts.length, columns.counts.length, 1]));
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [batch = null, height, width, channels = null] = singleShape(inputShape);
    const pooled = (axis: 0 | 1) => (size: number) => this.#outputs(size, axis);
    return [batch, mapSize(height, pooled(0)), mapSize(width, pooled(1)), channels];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      poolSize: [...this.poolSize],
      strides: [...this.strides],
      padding: [...this.padding],
      ceilMode: this.ceilMode,
      countIncludePad: this.countIncludePad,
    };
  }

  #outputs(size: number, axis: 0 | 1): number {
    const [before, after] = this.padding;
    const stride = this.strides[axis];
    const steps = (size + before + after - this.poolSize[axis]) / stride;
    if (!this.ceilMode) return Math.floor(steps) + 1;
    const outputs = Math.ceil(steps) + 1;
    return (outputs - 1) * stride >= size + before ? outputs - 1 : outputs;
  }

  /** Zeros before and after an axis, and how many of its pixels count in each window. */
  #windows(size: number, axis: 0 | 1) {
    const [before, after] = this.padding;
    const [window, stride] = [this.poolSize[axis], this.strides[axis]];
    const outputs = this.#outputs(size, axis);
    const reach = (outputs - 1) * stride + window;
    const [first, last] = this.countIncludePad
      ? [0, size + before + after]
      : [before, size + before];
    const counts = Array.from({ length: outputs }, (_, i) => {
      const begin = i * stride;
      return Math.min(begin + window, last) - Math.max(begin, first);
    });
    const rim: [number, number] = [before, Math.max(after, reach - size - before)];
    return { counts, rim };
  }
}
tf.serialization.registerClass(AveragePool2D);
