import * as tf from '@tensorflow/tfjs-core';
import { foregroundOf, withBackground } from '../../tensors/channels.ts';
import type { LossSpec } from '../contract/loss.ts';
import { differentiable, type Prediction } from '../contract/prediction.ts';
import { requireNumbers } from '../contract/require-numbers.ts';
import { crossEntropyTerms } from '../pixels/cross-entropy.ts';
import { addTerms, diceTerms, type OverlapOptions } from '../pixels/overlap.ts';

const name = 'contour-dice-cross-entropy';

/**
 * Cross-entropy plus soft Dice loss, of networks one of whose outputs is the logit of the target's contour
 * `[batch, height, width, 1]`: that is held against the contour of the truth's foreground, the pixels that differ
 * from one of the eight about them, with all classes' weights 1; the others, logits of all classes, against the
 * truth, as by `dice-cross-entropy`.
 */
export const contourDiceCrossEntropy: LossSpec<OverlapOptions> = {
  create(options = {}) {
    requireNumbers(name, 'above 0', { smoothing: options.smoothing });
    const terms = (one: OverlapOptions) => (prediction: Prediction) =>
      addTerms(
        crossEntropyTerms(prediction, one.classWeights, name),
        diceTerms(prediction, one, name),
      );
    const ofClasses = differentiable(terms(options));
    const ofContour = differentiable(terms({ ...options, classWeights: undefined }));
    return (labels, output) =>
      output.shape[3] === 1
        ? ofContour(contourOf(labels), withBackground(output))
        : ofClasses(labels, output);
  },
};

/** One-hot: not on the contour, and on it; zeros where a pixel does not count. */
function contourOf(labels: tf.Tensor4D): tf.Tensor4D {
  const counted = tf.sum(labels, 3, true);
  const foreground = foregroundOf(labels, counted);
  const grown = (map: tf.Tensor4D) => tf.maxPool(map, 3, 1, 'same');
  // What is largest about a pixel less what is smallest.
  const contour = tf.add(grown(foreground), grown(tf.neg(foreground)));
  return tf.mul(tf.concat([tf.sub(1, contour), contour], 3), counted) as tf.Tensor4D;
}
