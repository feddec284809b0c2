import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { multiplyMatrices } from '../ops/multiply-matrices.ts';
import { checkSettings, type LayerArgs } from './layer-args.ts';
import type { LayerFacts, LayerOperations } from './layer-facts.ts';

export interface MultiHeadAttentionArgs extends LayerArgs {
  /** Parts of the channels that attend on their own; a divisor of the channels. */
  readonly heads: number;
}

/**
 * Takes `[keysAndValues, queries]`, maps `[batch, rows, columns, 2 · channels]` (keys first) and
 * `[batch, height, width, channels]`, and returns what each position of the queries gathers, of their
 * shape: in each head `softmax(query · keyᵀ / √d) · value` over its `d = channels / heads` channels. The
 * keys' map may be coarser than the queries'. It has no weights: the maps come out of linear layers.
 *
 * Source: Vaswani et al., NeurIPS 2017; with a coarser map of keys, Xie et al., *SegFormer*, NeurIPS 2021.
 *
 * @throws RangeError where the heads do not divide the channels, or the channels do not fit
 */
export class MultiHeadAttention extends tfl.layers.Layer implements LayerFacts {
  static readonly className: string = 'StsMultiHeadAttention';
  readonly heads: number;

  constructor(args: MultiHeadAttentionArgs) {
    super(args);
    this.heads = args.heads;
    checkSettings(this, args);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const [pairs, queries] = inputShape as [tfl.Shape, tfl.Shape];
    const channels = queries[3];
    if (channels == null || channels % this.heads !== 0 || pairs[3] !== 2 * channels) {
      throw new RangeError(
        `\`MultiHeadAttention\` ${this.name}: the ${this.heads} heads must divide the queries' channels, and keys and values have twice as many; got ${channels} and ${pairs[3]}.`,
      );
    }
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean } = {}): tf.Tensor {
    return tf.tidy(() => {
      const [pairs, queries, ...others] = inputs as [tf.Tensor4D, tf.Tensor4D];
      const [batch, height, width, channels] = queries.shape;
      const { heads } = this;
      const size = channels / heads;
      // [batch, heads, positions, size]; the keys come before the values.
      const listed = (x: tf.Tensor4D, parts: number) => {
        const rows = tf.reshape(x, [batch, x.shape[1] * x.shape[2], parts, size]);
        return tf.transpose(rows, [0, 2, 1, 3]);
      };
      const query = tf.mul(listed(queries, heads), 1 / Math.sqrt(size)) as tf.Tensor4D;
      const [key, value] = tf.split(listed(pairs, 2 * heads), 2, 1) as [tf.Tensor4D, tf.Tensor4D];
      const scores = multiplyMatrices(query, tf.transpose(key, [0, 1, 3, 2]));
      const gathered = multiplyMatrices(this.shares(scores, others, kwargs), value);
      const joined = tf.transpose(gathered, [0, 2, 1, 3]);
      return tf.reshape(joined, [batch, height, width, channels]);
    });
  }

  /**
   * What each query takes of each value, `[batch, heads, queries, keys]` as the scores; for subclasses.
   *
   * @param _others inputs after the first two
   */
  protected shares(
    scores: tf.Tensor4D,
    _others: readonly tf.Tensor[],
    _kwargs: { training?: boolean },
  ): tf.Tensor4D {
    return tf.softmax(scores);
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return (inputShape as [tfl.Shape, tfl.Shape])[1];
  }

  operations(input: readonly number[], output: readonly number[]): LayerOperations {
    const [rows, columns] = input as [number, number];
    const [height, width, channels] = output as [number, number, number];
    return { multiplyAdds: 2 * rows * columns * height * width * channels };
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), heads: this.heads };
  }
}
tf.serialization.registerClass(MultiHeadAttention);
