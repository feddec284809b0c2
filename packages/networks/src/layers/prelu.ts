import { checkSettings, type LayerArgs, type LayerOperations, single } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/**
 * `x` where it is positive, `weight · x` elsewhere, with one slope for each channel, 0.25 at the start.
 * Input and output of any one shape `[batch, …, channels]`.
 *
 * Source: He et al., ICCV 2015.
 */
export class PReLU extends tfl.layers.Layer {
  static readonly className = 'StsPReLU';
  #weight!: tfl.LayerVariable;

  constructor(args: LayerArgs = {}) {
    super(args);
    checkSettings(this, args);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const [shape] = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as tfl.Shape[];
    const start = tfl.initializers.constant({ value: 0.25 });
    this.#weight = this.addWeight('weight', [shape!.at(-1)!], 'float32', start);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = single(inputs) as tf.Tensor;
      return tf.prelu(x, this.#weight.read());
    });
  }

  operations(): LayerOperations {
    return {};
  }
}
tf.serialization.registerClass(PReLU);
