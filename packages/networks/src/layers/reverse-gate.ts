import { checkSettings, type LayerArgs } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/**
 * Reverse attention: takes `[logit, x]`, `[batch, height, width, 1]` and `[batch, height, width, channels]`,
 * and returns `x · (1 − σ(logit))`, what is left of `x` where nothing was found yet.
 *
 * Source: Chen et al., ECCV 2018.
 */
export class ReverseGate extends tfl.layers.Layer {
  static readonly className = 'StsReverseGate';

  constructor(args: LayerArgs = {}) {
    super(args);
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [logit, x] = inputs as [tf.Tensor, tf.Tensor];
      return tf.mul(x, tf.sub(1, tf.sigmoid(logit)));
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return (inputShape as tfl.Shape[])[1]!;
  }
}
tf.serialization.registerClass(ReverseGate);
