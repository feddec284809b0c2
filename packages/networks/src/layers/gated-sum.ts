import { checkSettings, type LayerArgs } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

export interface GatedSumArgs extends LayerArgs {
  /** Share of the first map, from 0 to 1. @default 0.5 */
  readonly alpha?: number;
}

/**
 * Takes `[a, b, weights of a, weights of b, gate]`, maps `[batch, height, width, channels]`, weights of
 * positions `[batch, height, width, 1]` and of channels `[batch, 1, 1, channels]`, and returns
 * `α (1 − g) · w_a · a + (1 − α) · g · w_b · b`.
 */
export class GatedSum extends tfl.layers.Layer {
  static readonly className = 'StsGatedSum';
  readonly alpha: number;

  constructor(args: GatedSumArgs = {}) {
    super(args);
    this.alpha = args.alpha ?? 0.5;
    if (!(this.alpha >= 0 && this.alpha <= 1)) {
      throw new RangeError(
        `\`GatedSum\` ${this.name}: alpha must be from 0 to 1, got ${this.alpha}.`,
      );
    }
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [a, b, ofA, ofB, gate] = inputs as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ];
      const first = tf.mul(tf.mul(tf.mul(tf.sub(1, gate), this.alpha), ofA), a);
      return tf.add(first, tf.mul(tf.mul(tf.mul(gate, 1 - this.alpha), ofB), b));
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return (inputShape as tfl.Shape[])[0]!;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), alpha: this.alpha };
  }
}
tf.serialization.registerClass(GatedSum);
