import * as tf from '@tensorflow/tfjs-core';
import type { LossFunction } from './loss.ts';

/** What losses are computed from: labels, and logits z in several forms, `[batch, height, width, classes]`. */
export interface Prediction {
  /** y, one-hot; zeros where a pixel does not count. */
  readonly labels: tf.Tensor4D;
  readonly logits: tf.Tensor4D;
  /** p = softmax(z). */
  readonly probabilities: tf.Tensor4D;
  /** log p, finite. */
  readonly logProbabilities: tf.Tensor4D;
  /** 1 where a pixel counts, else 0: `[batch, height, width, 1]`. */
  readonly counted: tf.Tensor4D;
}

/** A loss with its derivative. */
export interface Terms {
  readonly value: tf.Scalar;
  /** d value / d logits. */
  readonly gradient: tf.Tensor4D;
}

/** A loss whose gradient is known in closed form, as a function that tapes can differentiate. */
export function differentiable(terms: (prediction: Prediction) => Terms): LossFunction {
  return (labels, logits) => {
    checkShapes(labels, logits);
    const operation = tf.customGrad((...inputs) => {
      const [z, save] = inputs as unknown as [tf.Tensor4D, tf.GradSaveFunc];
      const { value, gradient } = terms(predictionOf(labels, z));
      save([gradient]);
      return { value, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(saved[0]!, dy) };
    });
    return operation(logits) as tf.Scalar;
  };
}

function checkShapes(labels: tf.Tensor4D, logits: tf.Tensor4D): void {
  if (labels.shape.join() === logits.shape.join() && logits.shape[3] >= 2) return;
  throw new RangeError(
    `loss: labels must be one-hot of the logits' shape [${logits.shape}] with at least 2 classes, got [${labels.shape}]; an output that is something else than logits takes a loss of its own, or the weight 0 in \`outputWeights\``,
  );
}

function predictionOf(labels: tf.Tensor4D, logits: tf.Tensor4D): Prediction {
  const shifted = tf.sub(logits, tf.max(logits, 3, true));
  const exponentials = tf.exp(shifted);
  const total = tf.sum(exponentials, 3, true);
  return {
    labels,
    logits,
    probabilities: tf.div(exponentials, total),
    logProbabilities: tf.sub(shifted, tf.log(total)),
    counted: tf.sum(labels, 3, true),
  };
}

/** From d/dp to d/dz, where p = softmax(z). */
export function throughSoftmax(byProbability: tf.Tensor4D, p: tf.Tensor4D): tf.Tensor4D {
  const along = tf.mul(byProbability, p);
  return tf.sub(along, tf.mul(p, tf.sum(along, 3, true)));
}
