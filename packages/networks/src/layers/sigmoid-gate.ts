import { checkSettings, type LayerArgs } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

export interface SigmoidGateArgs extends LayerArgs {
  /** Whether what the logit is against is kept, as in reverse attention (Chen et al., ECCV 2018). @default false */
  readonly reverse?: boolean;
}

/**
 * Takes `[logit, x]` and returns `x · σ(logit)`, in reverse `x · (1 − σ(logit))`; `x` is `[batch, height, width,
 * channels]`, the logit of the same shape or 1 along some of its axes.
 */
export class SigmoidGate extends tfl.layers.Layer {
  static readonly className = 'StsSigmoidGate';
  readonly reverse: boolean;

  constructor(args: SigmoidGateArgs = {}) {
    super(args);
    this.reverse = args.reverse ?? false;
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [logit, x] = inputs as [tf.Tensor, tf.Tensor];
      const gate = tf.sigmoid(logit);
      return tf.mul(x, this.reverse ? tf.sub(1, gate) : gate);
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return (inputShape as tfl.Shape[])[1]!;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), reverse: this.reverse };
  }
}
tf.serialization.registerClass(SigmoidGate);
