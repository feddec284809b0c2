import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { checkSettings, type LayerArgs } from './layer-args.ts';
import type { LayerFacts, LayerOperations } from './layer-facts.ts';

/**
 * Takes `[query, key, value]`, `[batch, height, width, …]` with equal channels of `query` and `key`,
 * and returns what each position gathers: `softmax(query · keyᵀ) · value`, of the shape of `value`.
 *
 * As in the code that MA-Net's weights come from, the softmax runs over all pairs of positions at
 * once, and the result's values, listed position by position, are read as if channel by channel.
 *
 * Source: Fan et al., *MA-Net*, IEEE Access 2020, in the form of segmentation_models.pytorch.
 */
export class PositionAttention extends tfl.layers.Layer implements LayerFacts {
  static readonly className = 'StsPositionAttention';

  constructor(args: LayerArgs = {}) {
    super(args);
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [query, key, value] = inputs as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
      const [batch, height, width, channels] = value.shape;
      const positions = height * width;
      const listed = (x: tf.Tensor4D) => tf.reshape(x, [batch, positions, x.shape[3]]);
      const products = tf.matMul(listed(query), listed(key), false, true);
      const weights = tf.softmax(tf.reshape(products, [batch, positions * positions]));
      const gathered = tf.matMul(tf.reshape(weights, [batch, positions, positions]), listed(value));
      return tf.transpose(tf.reshape(gathered, [batch, channels, height, width]), [0, 2, 3, 1]);
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return (inputShape as tfl.Shape[])[2]!;
  }

  operations(input: readonly number[], output: readonly number[]): LayerOperations {
    const [height, width, compared] = input as [number, number, number];
    const [, , channels] = output as [number, number, number];
    return { multiplyAdds: (height * width) ** 2 * (compared + channels) };
  }
}
tf.serialization.registerClass(PositionAttention);
