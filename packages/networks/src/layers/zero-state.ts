import { checkSettings, type LayerArgs, single } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

export interface ZeroStateArgs extends LayerArgs {
  /** Channels of the output. */
  readonly channels: number;
}

/** Zeros beside a map: `[batch, height, width, …]` to `[batch, height, width, channels]`. */
export class ZeroState extends tfl.layers.Layer {
  static readonly className = 'StsZeroState';
  readonly channels: number;

  constructor(args: ZeroStateArgs) {
    super(args);
    this.channels = args.channels;
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = single(inputs) as tf.Tensor4D;
      // An operation, so that an exported file may leave the size open.
      return tf.fill([...x.shape.slice(0, 3), this.channels], 0);
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [shape] = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as tfl.Shape[];
    return [...shape!.slice(0, 3), this.channels];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), channels: this.channels };
  }
}
tf.serialization.registerClass(ZeroState);
