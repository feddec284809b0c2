import { checkSettings, type LayerArgs } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

export interface PooledMeanArgs extends LayerArgs {
  /** Whether it is rounded down, which no gradient goes through. @default true */
  readonly floor?: boolean;
}

/**
 * The mean of maps that hold equally many numbers, each read channel by channel, row by row: of several
 * `[batch, height, width, channels]` to `[batch, 1, 1, height · width · channels]`.
 */
export class PooledMean extends tfl.layers.Layer {
  static readonly className = 'StsPooledMean';
  readonly floor: boolean;

  constructor(args: PooledMeanArgs = {}) {
    super(args);
    this.floor = args.floor ?? true;
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const maps = (inputs as tf.Tensor4D[]).map((map) => {
        const [batch, height, width, channels] = map.shape;
        const order = tf.transpose(map, [0, 3, 1, 2]);
        return tf.reshape(order, [batch, 1, 1, height * width * channels]);
      });
      const mean = tf.div(tf.addN(maps), maps.length);
      return this.floor ? tf.floor(mean) : mean;
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [[batch, height, width, channels]] = inputShape as [tfl.Shape];
    return [batch!, 1, 1, height! * width! * channels!];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), floor: this.floor };
  }
}
tf.serialization.registerClass(PooledMean);
