import { checkSettings, type LayerArgs, type LayerFacts, single } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

export interface DropBlockArgs extends LayerArgs {
  /** Share of the pixels that become zero in training, about, from 0 to below 1. */
  readonly rate: number;
  /** Side of a block, in pixels, a whole number from 1 on. @default 2 */
  readonly block?: number;
  /** Whole number. @default 0 */
  readonly seed?: number;
}

/**
 * Drop-block: in training, zeroes blocks of an image in all of its channels, and multiplies what is left by the
 * share that is left over the whole batch; the identity otherwise. `[batch, height, width, channels]`.
 *
 * Blocks begin with the probability `rate / block²` at each pixel and reach down and to the right. They follow from
 * name, `seed` and `trainingStep` alone.
 *
 * Source: Ghiasi et al., NeurIPS 2018.
 */
export class DropBlock extends tfl.layers.Layer implements LayerFacts {
  static readonly className = 'StsDropBlock';
  readonly rate: number;
  readonly block: number;
  readonly seed: number;
  /** How many training calls there have been. */
  trainingStep = 0;

  constructor(args: DropBlockArgs) {
    super(args);
    this.rate = args.rate;
    this.block = args.block ?? 2;
    this.seed = args.seed ?? 0;
    if (!(this.rate >= 0 && this.rate < 1)) {
      throw new RangeError(
        `\`DropBlock\` ${this.name}: rate must be from 0 to below 1, got ${this.rate}.`,
      );
    }
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor {
    return tf.tidy(() => {
      const x = single(inputs) as tf.Tensor4D;
      if (!kwargs['training'] || this.rate === 0) return tf.clone(x);
      this.trainingStep++;
      const { block, name, seed, trainingStep } = this;
      const [batch, height, width] = x.shape;
      const draws = `${name}:${seed}:${trainingStep}`;
      const u = tf.randomUniform([batch, height, width, 1], 0, 1, 'float32', draws);
      const begins = tf.cast(tf.less(u, this.rate / block ** 2), 'float32');
      const before: [number, number] = [block - 1, 0];
      const padded = tf.pad(begins, [[0, 0], before, before, [0, 0]]) as tf.Tensor4D;
      const kept = tf.sub(1, tf.maxPool(padded, block, 1, 'valid'));
      const share = tf.div(batch * height * width, tf.maximum(tf.sum(kept), 1));
      return tf.mul(x, tf.mul(kept, share));
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { rate, block, seed } = this;
    return { ...super.getConfig(), rate, block, seed };
  }
}
tf.serialization.registerClass(DropBlock);
