import { checkSettings, type LayerArgs, single } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** Maximum over height and width: `[batch, height, width, channels]` to `[batch, 1, 1, channels]`. */
export class GlobalMaxPool extends tfl.layers.Layer {
  static readonly className = 'StsGlobalMaxPool';

  constructor(args: LayerArgs = {}) {
    super(args);
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => tf.max(single(inputs), [1, 2], true));
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [batch, , , channels] = inputShape as tfl.Shape;
    return [batch!, 1, 1, channels!];
  }
}
tf.serialization.registerClass(GlobalMaxPool);
