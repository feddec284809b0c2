import { checkSettings, type LayerArgs } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/**
 * Takes `[x, before]` and returns `x`, once what makes `before` has run. Of a layer that is applied several times
 * and takes in statistics each time, it says in which order: TensorFlow.js runs a graph in one of its own.
 */
export class After extends tfl.layers.Layer {
  static readonly className = 'StsAfter';

  constructor(args: LayerArgs = {}) {
    super(args);
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => tf.clone((inputs as tf.Tensor[])[0]!));
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return (inputShape as tfl.Shape[])[0]!;
  }
}
tf.serialization.registerClass(After);
