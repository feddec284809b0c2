import * as tf from '@tensorflow/tfjs-core';
import { sumAll } from '../../tensors/sums.ts';
import { checkedWeights, classShares } from '../contract/class-weights.ts';
import type { ClassWeightOptions, LossSpec } from '../contract/loss.ts';
import { differentiable } from '../contract/prediction.ts';
import { requireNumbers } from '../contract/require-numbers.ts';
import { crossEntropyTerms } from '../pixels/cross-entropy.ts';

export interface UncertaintyOptions extends ClassWeightOptions {
  /** Added to the weight of each pixel, at least 0. @default 1e-6 */
  readonly epsilon?: number | undefined;
}

/** Keeps a division by nothing from being one. */
const tiny = 1e-30;

/**
 * The loss of the outputs of EH-Former. Of logits: cross-entropy plus
 * `1 − (2·Σ p·y + 1) / (Σ p² + Σ y + 1)` over the whole batch, its weighted mean over the classes but the
 * background. Of logits with one channel more, which holds a weight for each pixel: the mean of cross-entropy
 * times weight + epsilon.
 *
 * The sum is one that fits the published code, whose own loss is not published; its factors are those of
 * `outputWeights`, `[1, 1, 1]`.
 *
 * Source: Qu et al., Information Fusion 109, 2024.
 *
 * @throws RangeError for an output that is neither
 */
export const uncertainty: LossSpec<UncertaintyOptions> = {
  create({ classWeights, epsilon = 1e-6 } = {}) {
    requireNumbers('uncertainty', 'at least 0', { epsilon });
    const entropy = differentiable((one) => crossEntropyTerms(one, classWeights, 'uncertainty'));
    return (labels, output) => {
      const [batch, height, width, classes] = labels.shape;
      if (output.shape[3] !== classes + 1) {
        // What has another shape than the labels is refused there.
        const ofPixels = entropy(labels, output);
        return tf.add(ofPixels, squaredDice(labels, output, classWeights)) as tf.Scalar;
      }
      const logits = tf.slice(output, [0, 0, 0, 0], [batch, height, width, classes]);
      const weights = tf.slice(output, [0, 0, 0, classes], [batch, height, width, 1]);
      const shares = tf.mul(labels, checkedWeights('uncertainty', classWeights, classes));
      const terms = tf.neg(tf.sum(tf.mul(shares, tf.logSoftmax(logits)), 3, true));
      const total = tf.maximum(sumAll(shares), tiny);
      return tf.div(sumAll(tf.mul(terms, tf.add(weights, epsilon))), total) as tf.Scalar;
    };
  },
};

function squaredDice(
  labels: tf.Tensor4D,
  logits: tf.Tensor4D,
  classWeights: readonly number[] | undefined,
): tf.Tensor {
  const counted = tf.sum(labels, 3, true);
  const p = tf.mul(tf.softmax(logits), counted);
  const sums = (x: tf.Tensor) => tf.sum(x, [0, 1, 2]);
  const shared = tf.add(tf.mul(sums(tf.mul(p, labels)), 2), 1);
  const all = tf.add(tf.add(sums(tf.square(p)), sums(tf.square(labels))), 1);
  const shares = classShares('uncertainty', classWeights, labels.shape[3], false);
  return tf.sum(tf.mul(tf.sub(1, tf.div(shared, all)), shares));
}
