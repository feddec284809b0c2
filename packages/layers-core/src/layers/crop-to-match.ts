import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { checkSettings, type LayerArgs } from './layer-args.ts';
import { twoShapes } from './shapes.ts';

/**
 * Takes `[x, reference]` and keeps of `x` the top left part of the reference's height and width.
 * Both `[batch, height, width, channels]`; the reference may be smaller, never larger.
 */
export class CropToMatch extends tfl.layers.Layer {
  static readonly className = 'StsCropToMatch';

  constructor(args: LayerArgs = {}) {
    super(args);
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [x, reference] = inputs as [tf.Tensor4D, tf.Tensor4D];
      const [batch, height, width, channels] = x.shape;
      if (height === reference.shape[1] && width === reference.shape[2]) return tf.clone(x);
      return tf.slice(x, [0, 0, 0, 0], [batch, reference.shape[1], reference.shape[2], channels]);
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [x, reference] = twoShapes(inputShape, `CropToMatch ${this.name}`);
    return [x[0] ?? null, reference[1] ?? null, reference[2] ?? null, x[3] ?? null];
  }
}
tf.serialization.registerClass(CropToMatch);
