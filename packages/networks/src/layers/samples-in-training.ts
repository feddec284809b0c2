import { checkSettings, type LayerArgs, single } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

export interface SamplesInTrainingArgs extends LayerArgs {
  /** How often the batch is repeated in training. */
  readonly count: number;
  /** Height and width of the one image of zeros that there is otherwise. */
  readonly size: number;
}

/**
 * Repeats a batch in training, `[batch, height, width, channels]` to `[count · batch, …]`, for what draws
 * anew for each image; otherwise one small image of zeros, so that what is made of it costs next to nothing.
 */
export class SamplesInTraining extends tfl.layers.Layer {
  static readonly className = 'StsSamplesInTraining';
  readonly count: number;
  readonly size: number;

  constructor(args: SamplesInTrainingArgs) {
    super(args);
    this.count = args.count;
    this.size = args.size;
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor {
    return tf.tidy(() => {
      const x = single(inputs);
      return kwargs['training']
        ? tf.tile(x, [this.count, 1, 1, 1])
        : tf.zeros([1, this.size, this.size, x.shape[3]!]);
    });
  }

  /** That of prediction. */
  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [batch, , , channels] = inputShape as tfl.Shape;
    return [batch!, this.size, this.size, channels!];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), count: this.count, size: this.size };
  }
}
tf.serialization.registerClass(SamplesInTraining);
