import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { fillNormal, fillUniform } from './fill-random.ts';

export interface KaimingArgs {
  /** Which fan of the kernel `[…, in, out]` sets the scale. @default 'fanIn' */
  readonly mode?: 'fanIn' | 'fanOut';
  /** @default 'normal' */
  readonly distribution?: 'normal' | 'uniform';
  /** Standard deviation is `gain / √fan`; √2 suits ReLU. @default √2 */
  readonly gain?: number;
  /** Whole number; the same seed and shape give the same values. @default 0 */
  readonly seed?: number;
}

// TensorFlow.js exports no base class for initializers, but accepts only its instances.
const Initializer = Object.getPrototypeOf(
  tfl.initializers.zeros().constructor,
) as new () => ReturnType<typeof tfl.initializers.zeros>;

/**
 * Kaiming initialisation as PyTorch has it (He et al. 2015): an untruncated normal or uniform
 * distribution with standard deviation `gain / √fan`. `gain: 1/√3` with `distribution: 'uniform'`
 * is PyTorch's default for convolutions, ±1/√fanIn.
 */
export class Kaiming extends Initializer {
  static readonly className = 'StsKaiming';
  readonly mode: 'fanIn' | 'fanOut';
  readonly distribution: 'normal' | 'uniform';
  readonly gain: number;
  readonly seed: number;

  constructor({
    mode = 'fanIn',
    distribution = 'normal',
    gain = Math.SQRT2,
    seed = 0,
  }: KaimingArgs = {}) {
    super();
    this.mode = mode;
    this.distribution = distribution;
    this.gain = gain;
    this.seed = seed;
  }

  override apply(shape: tfl.Shape): tf.Tensor {
    const sizes = shape as number[];
    const receptive = sizes.slice(0, -2).reduce((a, b) => a * b, 1);
    const fan = receptive * (this.mode === 'fanIn' ? sizes.at(-2)! : sizes.at(-1)!);
    const deviation = this.gain / Math.sqrt(fan);
    const count = sizes.reduce((a, b) => a * b, 1);
    const values = new Float32Array(count);
    if (this.distribution === 'normal') fillNormal(values, this.seed, deviation);
    else fillUniform(values, this.seed, Math.sqrt(3) * deviation);
    return tf.tensor(values, sizes);
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      mode: this.mode,
      distribution: this.distribution,
      gain: this.gain,
      seed: this.seed,
    };
  }
}
tf.serialization.registerClass(
  Kaiming as unknown as tf.serialization.SerializableConstructor<tf.serialization.Serializable>,
);
