import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { checkSettings, type LayerArgs, single } from './layer-args.ts';

/** `x · σ(x)` (Ramachandran et al. 2017; PyTorch's `SiLU`). Input and output of any one shape. */
export class Swish extends tfl.layers.Layer {
  static readonly className = 'StsSwish';

  constructor(args: LayerArgs = {}) {
    super(args);
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = single(inputs);
      return tf.mul(x, tf.sigmoid(x));
    });
  }
}
tf.serialization.registerClass(Swish);
