import { patchGrid, toPatches } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import type { ClassWeightOptions, LossSpec } from '../contract/loss.ts';
import { differentiable } from '../contract/prediction.ts';
import { crossEntropyTerms } from '../pixels/cross-entropy.ts';

/** Side of a patch, in pixels. */
const patch = 10;

/**
 * The loss of both outputs of DeepLabV3-AFMA: of logits, the cross-entropy; of the attention
 * `[batch, classes, patches, coarse patches]`, the mean squared distance from what it should be, the share of
 * pixels of a class that a patch of the mask and one of the mask averaged over blocks have in common. How large
 * the blocks are follows from the number of coarse patches. The authors weigh the outputs 5 to 1.
 *
 * Source: Sang et al., IEEE TPAMI 2022.
 *
 * @throws RangeError for an output that is neither
 */
export const afma: LossSpec<ClassWeightOptions> = {
  create({ classWeights } = {}) {
    const ofLogits = differentiable((one) => crossEntropyTerms(one, classWeights, 'afma'));
    return (labels, output) =>
      labels.shape.slice(0, 3).join() === output.shape.slice(0, 3).join()
        ? ofLogits(labels, output)
        : attentionError(labels, output);
  },
};

function attentionError(labels: tf.Tensor4D, attention: tf.Tensor4D): tf.Scalar {
  const [batch, height, width, classes] = labels.shape;
  const [, , , coarse] = attention.shape;
  const block = [2, 4, 8].find((size) => patchCount(height / size, width / size) === coarse);
  const expected = [batch, classes, patchCount(height, width), coarse];
  if (block === undefined || attention.shape.join() !== expected.join()) {
    throw new RangeError(
      `\`afma\`: an output must be logits of the labels' shape [${labels.shape}], or attention [${batch}, ${classes}, ${expected[2]}, patches of 10 × 10 pixels in the labels averaged over 2 × 2, 4 × 4 or 8 × 8], got [${attention.shape}]; train it with images whose sides are multiples of 8, at least 80.`,
    );
  }
  const averages = tf.avgPool(labels, block, block, 'valid');
  const shared = tf.matMul(toPatches(labels, patch), toPatches(averages, patch), false, true);
  return tf.mean(tf.squaredDifference(attention, tf.div(shared, patch ** 2))) as tf.Scalar;
}

function patchCount(height: number, width: number): number {
  const [rows, columns] = patchGrid(height, width, patch);
  return rows * columns;
}
