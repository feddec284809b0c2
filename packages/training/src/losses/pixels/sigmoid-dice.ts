import * as tf from '@tensorflow/tfjs-core';
import { classShares } from '../contract/class-weights.ts';
import type { ClassWeightOptions, LossSpec } from '../contract/loss.ts';
import { differentiable } from '../contract/prediction.ts';
import { crossEntropyTerms } from './cross-entropy.ts';

export interface SigmoidDiceOptions extends ClassWeightOptions {
  /**
   * Whether the cross-entropy takes the sigmoids for logits, as the published code does, so that it never falls
   * below ln(1 + (classes − 1) / e); else it takes the logits. @default true
   */
  readonly probabilitiesAsLogits?: boolean | undefined;
}

const name = 'sigmoid-dice-cross-entropy';

/**
 * What I²U-Net trains with: of each class's sigmoid p by itself, `1 − (2·Σ p·y + 1) / (Σ p + Σ y + 1)` for each
 * sample, its mean over samples and weighted mean over classes, the background's too; plus a cross-entropy. The
 * published loss is 1 less.
 *
 * Source: Dai et al., Medical Image Analysis 97 (2024) 103241.
 */
export const sigmoidDiceCrossEntropy: LossSpec<SigmoidDiceOptions> = {
  create({ classWeights, probabilitiesAsLogits = true } = {}) {
    const entropy = differentiable((one) => crossEntropyTerms(one, classWeights, name));
    return (labels, logits) => {
      const p = tf.sigmoid(logits);
      const second = entropy(labels, probabilitiesAsLogits ? p : logits);
      const shares = classShares(name, classWeights, labels.shape[3], true);
      const counted = tf.sum(labels, 3, true);
      const total = (one: tf.Tensor) => tf.sum(one, [1, 2]);
      const both = tf.add(tf.mul(total(tf.mul(p, labels)), 2), 1);
      const either = tf.add(tf.add(total(tf.mul(p, counted)), total(labels)), 1);
      const overlap = tf.mean(tf.sum(tf.mul(tf.div(both, either), tf.tensor1d([...shares])), 1));
      return tf.add(tf.sub(1, overlap), second) as tf.Scalar;
    };
  },
};
