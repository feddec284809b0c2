import { checkSettings, type LayerArgs, single } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/**
 * Puts the background's logit, zero, before that of the one class there is: `[batch, height, width, 1]` to
 * `[batch, height, width, 2]`. The softmax of the two is the sigmoid of the one, and their cross-entropy is
 * its binary cross-entropy.
 */
export class BackgroundLogit extends tfl.layers.Layer {
  static readonly className = 'StsBackgroundLogit';

  constructor(args: LayerArgs = {}) {
    super(args);
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = single(inputs) as tf.Tensor4D;
      const none: [number, number] = [0, 0];
      return tf.pad(x, [none, none, none, [1, 0]]);
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [shape] = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as tfl.Shape[];
    return [...shape!.slice(0, -1), 2];
  }
}
tf.serialization.registerClass(BackgroundLogit);
