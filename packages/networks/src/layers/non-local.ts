import {
  checkSettings,
  type LayerArgs,
  type LayerFacts,
  type LayerOperations,
} from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/**
 * Takes `[query, key, value]`, `[batch, height, width, …]`, `query` and `key` of equal channels, `key` and `value`
 * of equal height and width, and returns what each place of `query` gathers: `softmax(query · keyᵀ) · value`,
 * the softmax over the places of `key`, unscaled. `[batch, height, width, channels of value]`.
 *
 * Source: Wang et al., CVPR 2018.
 */
export class NonLocal extends tfl.layers.Layer implements LayerFacts {
  static readonly className = 'StsNonLocal';

  constructor(args: LayerArgs = {}) {
    super(args);
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [query, key, value] = inputs as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
      const listed = (x: tf.Tensor4D) => {
        const [batch, height, width, channels] = x.shape;
        return tf.reshape(x, [batch, height * width, channels]);
      };
      const weights = tf.softmax(tf.matMul(listed(query), listed(key), false, true));
      const [batch, height, width] = query.shape;
      return tf.reshape(tf.matMul(weights, listed(value)), [
        ...[batch, height, width],
        value.shape[3],
      ]);
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [query, , value] = inputShape as [tfl.Shape, tfl.Shape, tfl.Shape];
    return [...query.slice(0, 3), value[3]!];
  }

  /** Of the two products, for keys and values pooled by 2 × 2. */
  operations(
    [height, width, compared]: readonly number[],
    output: readonly number[],
  ): LayerOperations {
    const places = Math.floor(height! / 2) * Math.floor(width! / 2);
    return { multiplyAdds: height! * width! * places * (compared! + output[2]!) };
  }
}
tf.serialization.registerClass(NonLocal);
