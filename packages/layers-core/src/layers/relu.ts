import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { relu } from '../ops/relu.ts';
import { checkSettings, type LayerArgs, single } from './layer-args.ts';

export interface ReLUArgs extends LayerArgs {
  /** Upper bound, `null` for none; 6 gives ReLU6. @default null */
  readonly maxValue?: number | null;
}

/** `min(max(x, 0), maxValue)`. Input and output of any one shape. */
export class ReLU extends tfl.layers.Layer {
  static readonly className = 'StsReLU';
  readonly maxValue: number | null;

  constructor(args: ReLUArgs = {}) {
    super(args);
    this.maxValue = args.maxValue ?? null;
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => relu(single(inputs), this.maxValue));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), maxValue: this.maxValue };
  }
}
tf.serialization.registerClass(ReLU);
