import * as tf from '@tensorflow/tfjs-core';
import { specOf } from '../spec/spec-of.ts';

export type LossName = 'cross-entropy' | 'dice-cross-entropy';

/**
 * A loss to minimise.
 *
 * @param labels one-hot truth `[batch, height, width, classes]`, float32
 * @param logits of the same shape
 * @returns a scalar
 */
export type Loss = (labels: tf.Tensor4D, logits: tf.Tensor4D) => tf.Scalar;

/** The losses by the names that configs use. */
export const losses: Readonly<Record<LossName, Loss>> = {
  'cross-entropy': crossEntropy,
  'dice-cross-entropy': diceCrossEntropy,
};

/**
 * The loss that a name stands for, or one's own.
 *
 * @throws RangeError listing the names, for one that is not among them
 */
export function lossOf(loss: LossName | Loss): Loss {
  return specOf('loss', losses, loss);
}

/**
 * Mean over all pixels of `−Σ_c y_c·log softmax(z)_c` (PyTorch's CrossEntropyLoss, no weights).
 * Its gradient `(softmax(z) − y) / pixels` is computed in closed form.
 */
export function crossEntropy(labels: tf.Tensor4D, logits: tf.Tensor4D): tf.Scalar {
  return withLogitsGradient(
    (z, y) => {
      const { value, gradient } = crossEntropyTerms(z, y);
      return { value, gradient };
    },
    labels,
    logits,
  );
}

/**
 * Cross-entropy plus soft Dice loss: `CE + 1 − mean_c (2·Σ p_c·y_c + 1) / (Σ p_c + Σ y_c + 1)` with
 * `p = softmax(z)`, sums over all pixels of the batch, mean over the foreground classes c ≥ 1
 * (Milletari et al. 2016; smoothing 1, so a class absent from truth and prediction scores 1). Its
 * gradient is computed in closed form.
 */
export function diceCrossEntropy(labels: tf.Tensor4D, logits: tf.Tensor4D): tf.Scalar {
  return withLogitsGradient(
    (z, y) => {
      const { value: entropy, gradient, probabilities: p } = crossEntropyTerms(z, y);
      const classes = z.shape[1]!;
      const foreground = tf.tensor1d(Array.from({ length: classes }, (_, c) => (c > 0 ? 1 : 0)));
      const numerator = tf.add(tf.mul(tf.sum(tf.mul(p, y), 0), 2), 1);
      const denominator = tf.add(tf.sum(tf.add(p, y), 0), 1);
      const dice = tf.div(numerator, denominator);
      const weight = tf.div(foreground, classes - 1);
      const value = tf.add(entropy, tf.sub(1, tf.sum(tf.mul(weight, dice)))) as tf.Scalar;
      // d(1 − dice_c)/dp_c = (dice_c − 2·y_c) / denominator_c, then through the softmax.
      const scale = tf.div(weight, denominator);
      const byProbability = tf.sub(tf.mul(scale, dice), tf.mul(y, tf.mul(scale, 2)));
      const along = tf.mul(byProbability, p);
      const throughSoftmax = tf.sub(along, tf.mul(p, tf.sum(along, 1, true)));
      return { value, gradient: tf.add(gradient, throughSoftmax) };
    },
    labels,
    logits,
  );
}

interface Terms {
  readonly value: tf.Scalar;
  /** d value / d logits, `[pixels, classes]`. */
  readonly gradient: tf.Tensor;
}

function crossEntropyTerms(z: tf.Tensor2D, y: tf.Tensor2D): Terms & { probabilities: tf.Tensor } {
  const pixels = z.shape[0];
  const shifted = tf.sub(z, tf.max(z, 1, true));
  const exponentials = tf.exp(shifted);
  const total = tf.sum(exponentials, 1, true);
  const probabilities = tf.div(exponentials, total);
  const logProbability = tf.sub(tf.sum(tf.mul(shifted, y), 1, true), tf.log(total));
  return {
    value: tf.div(tf.sum(logProbability), -pixels) as tf.Scalar,
    gradient: tf.div(tf.sub(probabilities, y), pixels),
    probabilities,
  };
}

/** Runs `terms` on pixels × classes and hands its closed-form gradient to the tape. */
function withLogitsGradient(
  terms: (z: tf.Tensor2D, y: tf.Tensor2D) => Terms,
  labels: tf.Tensor4D,
  logits: tf.Tensor4D,
): tf.Scalar {
  const classes = logits.shape[3];
  if (labels.shape.join() !== logits.shape.join() || classes < 2) {
    throw new RangeError(
      `loss: labels must be one-hot of the logits' shape [${logits.shape}] with at least 2 classes, got [${labels.shape}]`,
    );
  }
  const operation = tf.customGrad((...inputs) => {
    const [z, save] = inputs as unknown as [tf.Tensor4D, tf.GradSaveFunc];
    const { value, gradient } = terms(
      tf.reshape(z, [-1, classes]),
      tf.reshape(labels, [-1, classes]),
    );
    const shaped = tf.reshape(gradient, z.shape);
    save([shaped]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(saved[0]!, dy),
    };
  });
  return operation(logits) as tf.Scalar;
}
