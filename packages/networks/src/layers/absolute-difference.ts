import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** `|a − b|` of two inputs of one shape. */
export class AbsoluteDifference extends tfl.layers.Layer {
  static readonly className = 'StsAbsoluteDifference';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [a, b] = inputs as [tf.Tensor, tf.Tensor];
      return tf.abs(tf.sub(a, b));
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return inputShape[0] as tfl.Shape;
  }
}
tf.serialization.registerClass(AbsoluteDifference);
