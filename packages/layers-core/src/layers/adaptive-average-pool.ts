import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { checkSettings, type LayerArgs, single } from './layer-args.ts';
import type { LayerFacts, LayerOperations } from './layer-facts.ts';
import { product, singleShape } from './shapes.ts';

export interface AdaptiveAveragePoolArgs extends LayerArgs {
  /** Height and width of the output, a whole number from 1 on. */
  readonly size: number;
}

/**
 * Means over a grid of `size × size` cells, as PyTorch's `AdaptiveAvgPool2d` draws them: cell `i` of
 * `n` pixels goes from ⌊i·n/size⌋ to ⌈(i+1)·n/size⌉, so cells may overlap.
 * `[batch, height, width, channels]` → `[batch, size, size, channels]`.
 */
export class AdaptiveAveragePool extends tfl.layers.Layer implements LayerFacts {
  static readonly className = 'StsAdaptiveAveragePool';
  readonly size: number;

  constructor(args: AdaptiveAveragePoolArgs) {
    super(args);
    this.size = args.size;
    if (!Number.isInteger(this.size) || this.size < 1) {
      throw new RangeError(
        `\`AdaptiveAveragePool\` ${this.name}: size must be a whole number from 1 on, got ${this.size}.`,
      );
    }
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = single(inputs) as tf.Tensor4D;
      const [batch, height, width, channels] = x.shape;
      const { size } = this;
      // Separable, and as products so that every backend has the gradient.
      const rows = tf.matMul(
        tf.reshape(means(height, size), [1, size, height]),
        tf.reshape(x, [batch, height, width * channels]),
      );
      const columns = tf.matMul(
        tf.reshape(means(width, size), [1, size, width]),
        tf.reshape(rows, [batch * size, width, channels]),
      );
      return tf.reshape(columns, [batch, size, size, channels]);
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [batch = null, , , channels = null] = singleShape(inputShape);
    return [batch, this.size, this.size, channels];
  }

  operations(input: readonly number[]): LayerOperations {
    return { other: product(input) };
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), size: this.size };
  }
}
tf.serialization.registerClass(AdaptiveAveragePool);

/**
 * `[cells, pixels]`: the weight that each cell gives each pixel along one axis. Made by operations, so
 * that an exported file may leave the number of pixels open.
 */
function means(pixels: number, cells: number): tf.Tensor2D {
  const ones = tf.fill([pixels], 1);
  const count = tf.sum(ones);
  const pixel = tf.cumsum(ones, 0, true);
  const cell = tf.reshape(tf.range(0, cells), [cells, 1]);
  const begin = tf.floor(tf.div(tf.mul(cell, count), cells));
  const end = tf.ceil(tf.div(tf.mul(tf.add(cell, 1), count), cells));
  const inside = tf.logicalAnd(tf.greaterEqual(pixel, begin), tf.less(pixel, end));
  return tf.div(tf.cast(inside, 'float32'), tf.sub(end, begin));
}
