import { checkSettings, type LayerArgs, single } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** `max − x`, of the largest number of the batch: what a map is low for is high. Any one shape. */
export class Complement extends tfl.layers.Layer {
  static readonly className = 'StsComplement';

  constructor(args: LayerArgs = {}) {
    super(args);
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = single(inputs);
      return tf.sub(tf.max(x), x);
    });
  }
}
tf.serialization.registerClass(Complement);
