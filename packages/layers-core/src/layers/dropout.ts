import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type LayerArgs, single } from './layer-args.ts';

export interface DropoutArgs extends LayerArgs {
  /** Share of the values that become zero in training, from 0 to below 1. */
  readonly rate: number;
  /** Whole number. @default 0 */
  readonly seed?: number;
}

/**
 * Dropout (Srivastava et al. 2014): in training, zeroes each value with probability `rate` and
 * divides the others by `1 − rate`; the identity otherwise. Input and output of any one shape.
 *
 * The mask follows from `seed` and `step` alone. `step` grows by one with each training call; set
 * it to resume a training at the same numbers.
 */
export class Dropout extends tfl.layers.Layer {
  static readonly className = 'StsDropout';
  readonly rate: number;
  readonly seed: number;
  /** How many training calls there have been. */
  step = 0;

  constructor(args: DropoutArgs) {
    super(args);
    this.rate = args.rate;
    this.seed = args.seed ?? 0;
    if (!(this.rate >= 0 && this.rate < 1)) {
      throw new RangeError(
        `\`Dropout\` ${this.name}: rate must be from 0 to below 1, got ${this.rate}.`,
      );
    }
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor {
    return tf.tidy(() => {
      const x = single(inputs);
      if (!kwargs['training'] || this.rate === 0) return tf.clone(x);
      this.step++;
      return tf.dropout(x, this.rate, undefined, `${this.name}:${this.seed}:${this.step}`);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), rate: this.rate, seed: this.seed };
  }
}
tf.serialization.registerClass(Dropout);
