import { Dropout } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Dropout that prediction has too: each prediction is a sample, and how samples differ says how sure the
 * network is. What is drawn follows from name, `seed` and `trainingStep`, which grows with each call.
 *
 * Source: Gal & Ghahramani, ICML 2016.
 */
export class MonteCarloDropout extends Dropout {
  static override readonly className = 'StsMonteCarloDropout';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return super.call(inputs, { training: true });
  }
}
tf.serialization.registerClass(MonteCarloDropout);
