import {
  checkSettings,
  type LayerArgs,
  type LayerFacts,
  type LayerOperations,
  single,
} from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

export interface BoxSumArgs extends LayerArgs {
  /** Side of the window, odd. */
  readonly size: number;
}

/**
 * The sum of all channels over windows, zeros being around the map, as each channel of the output:
 * `[batch, height, width, channels]` to the same shape. It is the convolution with filters of ones, at a
 * fraction of its cost.
 */
export class BoxSum extends tfl.layers.Layer implements LayerFacts {
  static readonly className = 'StsBoxSum';
  readonly size: number;

  constructor(args: BoxSumArgs) {
    super(args);
    this.size = args.size;
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = single(inputs) as tf.Tensor4D;
      const sum = tf.sum(x, 3, true) as tf.Tensor4D;
      const channels = x.shape[3];
      return tf.conv2d(sum, tf.ones([this.size, this.size, 1, channels]) as tf.Tensor4D, 1, 'same');
    });
  }

  /** Those of the convolution that it stands for, as it is counted where this is published. */
  operations(input: readonly number[]): LayerOperations {
    const [height = 0, width = 0, channels = 0] = input;
    return { multiplyAdds: height * width * this.size ** 2 * channels ** 2 };
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), size: this.size };
  }
}
tf.serialization.registerClass(BoxSum);
