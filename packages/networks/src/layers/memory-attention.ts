import {
  checkSettings,
  type LayerArgs,
  type LayerFacts,
  type LayerOperations,
} from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** Sides of the windows whose largest values are remembered, and their steps. */
const pools = [
  [1, 2],
  [2, 2],
  [3, 3],
  [4, 4],
] as const;

/**
 * Takes `[query, value, refined]`, three maps of one shape `[batch, height, width, channels]`, sides at least 4,
 * and returns what each place of `query` gathers from a memory `M`: `softmax(query · Mᵀ / √channels) · M`, of the
 * same shape. The memory holds `value` pooled at four scales, and all places of `refined`.
 *
 * Source: Dai et al., Medical Image Analysis 97 (2024) 103241, the bottleneck of I²U-Net's variant M.
 */
export class MemoryAttention extends tfl.layers.Layer implements LayerFacts {
  static readonly className = 'StsMemoryAttention';

  constructor(args: LayerArgs = {}) {
    super(args);
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [query, value, refined] = inputs as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
      const listed = (x: tf.Tensor4D) => {
        const [batch, height, width, channels] = x.shape;
        return tf.reshape(x, [batch, height * width, channels]);
      };
      const pooled = pools.map(([size, step]) => tf.maxPool(value, size, step, 'valid'));
      const memory = tf.concat([...pooled, refined].map(listed), 1);
      const scale = 1 / Math.sqrt(query.shape[3]);
      const alike = tf.mul(tf.matMul(listed(query), memory, false, true), scale);
      return tf.reshape(tf.matMul(tf.softmax(alike), memory), query.shape);
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return (inputShape as tfl.Shape[])[0]!;
  }

  /** Of the two products. */
  operations(input: readonly number[]): LayerOperations {
    const [height, width, channels] = input as [number, number, number];
    const rows = ([size, step]: readonly [number, number]) =>
      (Math.floor((height - size) / step) + 1) * (Math.floor((width - size) / step) + 1);
    const memory = pools.reduce((sum, pool) => sum + rows(pool), height * width);
    return { multiplyAdds: 2 * height * width * memory * channels };
  }
}
tf.serialization.registerClass(MemoryAttention);
