import { checkSettings, type LayerArgs, single } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** Mean and maximum over the channels: `[batch, height, width, channels]` to `[batch, height, width, 2]`. */
export class ChannelMeanAndMax extends tfl.layers.Layer {
  static readonly className = 'StsChannelMeanAndMax';

  constructor(args: LayerArgs = {}) {
    super(args);
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = single(inputs);
      return tf.concat([tf.mean(x, 3, true), tf.max(x, 3, true)], 3);
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return [...(inputShape as tfl.Shape).slice(0, 3), 2];
  }
}
tf.serialization.registerClass(ChannelMeanAndMax);
