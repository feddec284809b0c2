import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type GELUForm, gelu } from '../ops/gelu.ts';
import { checkSettings, type LayerArgs, single } from './layer-args.ts';

export interface GELUArgs extends LayerArgs {
  /** How the normal distribution is computed: exactly, or by a hyperbolic tangent. @default 'erf' */
  readonly form?: GELUForm;
}

/** `x · Φ(x)` (Hendrycks & Gimpel 2016; PyTorch's `GELU`). Input and output of any one shape. */
export class GELU extends tfl.layers.Layer {
  static readonly className = 'StsGELU';
  readonly form: GELUForm;

  constructor(args: GELUArgs = {}) {
    super(args);
    this.form = args.form ?? 'erf';
    if (this.form !== 'erf' && this.form !== 'tanh') {
      throw new RangeError(
        `\`GELU\` ${this.name}: form must be 'erf' or 'tanh', got ${this.form}.`,
      );
    }
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => gelu(single(inputs), this.form));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), form: this.form };
  }
}
tf.serialization.registerClass(GELU);
