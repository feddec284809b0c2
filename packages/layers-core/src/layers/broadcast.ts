import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { checkSettings, type LayerArgs } from './layer-args.ts';
import type { LayerFacts, LayerOperations } from './layer-facts.ts';
import { product, twoShapes } from './shapes.ts';

/**
 * Takes `[x, reference]` and repeats `x` `[batch, 1, 1, channels]` over the reference's height and
 * width: `[batch, height, width, channels]`.
 */
export class Broadcast extends tfl.layers.Layer implements LayerFacts {
  static readonly className = 'StsBroadcast';

  constructor(args: LayerArgs = {}) {
    super(args);
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [x, reference] = inputs as [tf.Tensor4D, tf.Tensor4D];
      return tf.tile(x, [1, reference.shape[1], reference.shape[2], 1]);
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [x, reference] = twoShapes(inputShape, `Broadcast ${this.name}`);
    return [x[0] ?? null, reference[1] ?? null, reference[2] ?? null, x[3] ?? null];
  }

  operations(_input: readonly number[], output: readonly number[]): LayerOperations {
    return { other: 4 * product(output) };
  }
}
tf.serialization.registerClass(Broadcast);
