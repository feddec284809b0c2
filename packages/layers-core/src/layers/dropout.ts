import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { checkSettings, type LayerArgs, single } from './layer-args.ts';
import type { LayerFacts } from './layer-facts.ts';

export interface DropoutArgs extends LayerArgs {
  /** Share of the values that become zero in training, from 0 to below 1. */
  readonly rate: number;
  /** Whole number. @default 0 */
  readonly seed?: number;
  /**
   * What becomes zero as one: a single value, a whole channel of an image (PyTorch's `Dropout2d`),
   * or a whole image of the batch (stochastic depth). @default 'value'
   */
  readonly unit?: DropoutUnit;
}

/** What {@link Dropout} zeroes as one. */
export type DropoutUnit = 'value' | 'channel' | 'image';

/**
 * Dropout (Srivastava et al. 2014): in training, zeroes each `unit` with probability `rate` and
 * divides the others by `1 − rate`; the identity otherwise. Input and output of any one shape
 * `[batch, …, channels]`.
 *
 * With `unit: 'image'` on the branch beside a shortcut it is stochastic depth (Huang et al. 2016).
 *
 * The mask follows from name, `seed` and `trainingStep` alone. `trainingStep` grows by one with each
 * training call; set it to resume a training at the same numbers.
 */
export class Dropout extends tfl.layers.Layer implements LayerFacts {
  static readonly className: string = 'StsDropout';
  readonly rate: number;
  readonly seed: number;
  readonly unit: DropoutUnit;
  /** How many training calls there have been. */
  trainingStep = 0;

  constructor(args: DropoutArgs) {
    super(args);
    this.rate = args.rate;
    this.seed = args.seed ?? 0;
    this.unit = args.unit ?? 'value';
    if (!(this.rate >= 0 && this.rate < 1)) {
      throw new RangeError(
        `\`Dropout\` ${this.name}: rate must be from 0 to below 1, got ${this.rate}.`,
      );
    }
    if (!['value', 'channel', 'image'].includes(this.unit)) {
      throw new RangeError(
        `\`Dropout\` ${this.name}: unit must be 'value', 'channel' or 'image', got '${this.unit}'.`,
      );
    }
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor {
    return tf.tidy(() => {
      const x = single(inputs);
      if (!kwargs['training'] || this.rate === 0) return tf.clone(x);
      this.trainingStep++;
      const maskShape = x.shape.map((size, axis) => (this.#hasOwn(axis, x.rank) ? size : 1));
      return tf.dropout(x, this.rate, maskShape, `${this.name}:${this.seed}:${this.trainingStep}`);
    });
  }

  /** Whether each index along this axis is dropped on its own. */
  #hasOwn(axis: number, rank: number): boolean {
    return axis === 0 || this.unit === 'value' || (this.unit === 'channel' && axis === rank - 1);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), rate: this.rate, seed: this.seed, unit: this.unit };
  }
}
tf.serialization.registerClass(Dropout);
