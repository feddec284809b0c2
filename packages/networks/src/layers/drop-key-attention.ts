import { MultiHeadAttention, type MultiHeadAttentionArgs } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';

export interface DropKeyAttentionArgs extends MultiHeadAttentionArgs {
  /** Share of what is dropped in training, from 0 to 1. */
  readonly rate: number;
  /** Whole number. @default 0 */
  readonly seed?: number;
}

/** A score so low that no share is left. */
const never = -1e12;

/**
 * Attention of which parts are dropped in training. Inputs are those of `MultiHeadAttention`, and may be
 * followed by a map `[batch, height, width, 1]` of numbers from 0 to 1 for the queries. With the map, a query
 * of a head attends to all keys alike with the probability `rate` times its number; without, each key of each
 * query is left out with probability `rate`.
 *
 * As published, the map's mode takes 10¹² from all scores of a query, which in single precision leaves equal
 * ones.
 *
 * What is drawn follows from name, `seed` and `trainingStep` alone.
 *
 * Source: Qu et al., Information Fusion 109, 2024; DropKey: Li et al., CVPR 2023.
 */
export class DropKeyAttention extends MultiHeadAttention {
  static override readonly className = 'StsDropKeyAttention';
  readonly rate: number;
  readonly seed: number;
  /** How many training calls there have been. */
  trainingStep = 0;

  constructor({ rate, seed = 0, ...args }: DropKeyAttentionArgs) {
    super({ ...args, rate, seed } as MultiHeadAttentionArgs);
    this.rate = rate;
    this.seed = seed;
    if (!(rate >= 0 && rate <= 1)) {
      throw new RangeError(
        `\`DropKeyAttention\` ${this.name}: rate must be from 0 to 1, got ${rate}.`,
      );
    }
  }

  protected override shares(
    scores: tf.Tensor4D,
    [map]: readonly tf.Tensor[],
    { training }: { training?: boolean },
  ): tf.Tensor4D {
    if (!training) return tf.softmax(scores);
    this.trainingStep++;
    if (this.rate === 0) return tf.softmax(scores);
    const [batch, heads, queries, keys] = scores.shape;
    const draws = (shape: number[]) =>
      tf.randomUniform(
        shape,
        0,
        1,
        'float32',
        `${this.name}:${this.seed}:${this.trainingStep}` as unknown as number,
      );
    if (map === undefined) {
      const left = tf.cast(tf.less(draws(scores.shape), this.rate), 'float32');
      return tf.softmax(tf.add(scores, tf.mul(left, never)));
    }
    const chances = tf.mul(tf.reshape(map, [batch, 1, queries, 1]), this.rate);
    const hit = tf.cast(tf.less(draws([batch, heads, queries, 1]), chances), 'float32');
    const own = tf.mul(tf.softmax(scores), tf.sub(1, hit));
    return tf.add(own, tf.div(hit, keys)) as tf.Tensor4D;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), rate: this.rate, seed: this.seed };
  }
}
tf.serialization.registerClass(DropKeyAttention);
