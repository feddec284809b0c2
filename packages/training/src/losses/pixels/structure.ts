import * as tf from '@tensorflow/tfjs-core';
import { withBackground } from '../../tensors/channels.ts';
import { sumAll, sumPixels } from '../../tensors/sums.ts';
import { classMask, countedMask } from '../contract/class-mask.ts';
import { classShares } from '../contract/class-weights.ts';
import type { ClassWeightOptions, LossSpec, Truth } from '../contract/loss.ts';
import {
  differentiable,
  type Prediction,
  type Terms,
  throughSoftmax,
} from '../contract/prediction.ts';
import { classEntropyTerms } from './class-entropy.ts';
import { addTerms } from './overlap.ts';

export interface StructureOptions extends ClassWeightOptions {
  /**
   * Whether the cross-entropy is the mean by the same weights as the overlap, or the plain mean, which is what
   * comes out of the code that F3Net, PraNet, CaraNet and M²SNet are published with. @default 'weighted'
   */
  readonly entropy?: 'weighted' | 'plain' | undefined;
}

/**
 * Structure loss: cross-entropy and soft IoU, both of each sample by weights that are large about the target's edge,
 * `W = 1 + 5·|mean of y over 31×31 − y|`, zeros being around the image: the mean over the samples of
 * `Σ W·e / Σ W + 1 − (Σ W·p·y + 1) / (Σ W·(p + y) − Σ W·p·y + 1)`, e being the cross-entropy of a class against the
 * rest; its weighted mean over the classes but the background (Wei et al., AAAI 2020, equations 6 to 9).
 */
export const structure: LossSpec<StructureOptions> = {
  create({ classWeights, entropy = 'weighted' } = {}) {
    if (entropy !== 'weighted' && entropy !== 'plain') {
      throw new RangeError(
        `\`structure\`: \`entropy\` must be 'weighted' or 'plain', got '${String(entropy)}'`,
      );
    }
    return {
      maps: (truth) => ({
        weights: {
          data: edgeWeights(truth),
          shape: [truth.count, truth.height, truth.width, truth.classes - 1],
        },
      }),
      value: (labels, logits, maps) =>
        differentiable((prediction) => {
          const weights = maps['weights'] as tf.Tensor4D;
          const [count, , , classes] = labels.shape;
          const shares = classShares('structure', classWeights, classes, false).slice(1);
          const share = tf.div(tf.tensor1d(shares), count) as tf.Tensor1D;
          const looked = entropy === 'weighted' ? weights : tf.onesLike(weights);
          const counted = tf.mul(looked, prediction.counted) as tf.Tensor4D;
          const total = tf.maximum(sumPixels(counted, 'sample'), 1);
          const ofEntropy = tf.mul(counted, tf.div(share, total)) as tf.Tensor4D;
          return addTerms(
            classEntropyTerms(prediction, ofEntropy),
            overlapTerms(prediction, weights, share),
          );
        })(labels, logits),
    };
  },
};

/** One less the soft IoU of each sample and class, by weights; the sum by the classes' shares. */
function overlapTerms(
  { labels, probabilities }: Prediction,
  weights: tf.Tensor4D,
  share: tf.Tensor1D,
): Terms {
  const [y, p] = [labels, probabilities].map((x) =>
    tf.slice(x, [0, 0, 0, 1], [...weights.shape] as [number, number, number, number]),
  ) as [tf.Tensor4D, tf.Tensor4D];
  const sum = (x: tf.Tensor) => sumPixels(tf.mul(x, weights) as tf.Tensor4D, 'sample');
  const both = sum(tf.mul(p, y));
  const union = tf.add(tf.sub(sum(tf.add(p, y)), both), 1);
  const overlap = tf.div(tf.add(both, 1), union);
  // d(1 − T)/dp = W·(T − y·(1 + T)) / union
  const inner = tf.sub(overlap, tf.mul(y, tf.add(overlap, 1)));
  const byForeground = tf.mul(tf.mul(weights, inner), tf.div(share, union));
  return {
    value: sumAll(tf.mul(tf.sub(1, overlap), share)),
    gradient: throughSoftmax(withBackground(byForeground), probabilities),
  };
}

/** Half the side of the window, without its middle. */
const radius = 15;

/** W of every class but the background, 0 where a pixel does not count, `[batch, height, width, classes − 1]`. */
function edgeWeights(truth: Truth): Float32Array {
  const { count, height, width, classes } = truth;
  const pixels = height * width;
  const weights = new Float32Array(count * pixels * (classes - 1));
  for (let sample = 0; sample < count; sample++) {
    const counted = countedMask(truth, sample);
    for (let c = 1; c < classes; c++) {
      const mask = classMask(truth, sample, c);
      const sums = boxSums(mask, height, width);
      for (let i = 0, at = sample * pixels * (classes - 1) + c - 1; i < pixels; i++) {
        const mean = sums[i]! / (2 * radius + 1) ** 2;
        weights[at] = counted[i]! * (1 + 5 * Math.abs(mean - mask[i]!));
        at += classes - 1;
      }
    }
  }
  return weights;
}

/** How many pixels of a mask the window about each pixel holds. */
function boxSums(mask: Uint8Array, height: number, width: number): Float64Array {
  // Over all above and to the left, with a row and a column of zeros before.
  const stride = width + 1;
  const before = new Float64Array((height + 1) * stride);
  for (let y = 0; y < height; y++) {
    for (let x = 0, row = 0; x < width; x++) {
      row += mask[y * width + x]!;
      before[(y + 1) * stride + x + 1] = before[y * stride + x + 1]! + row;
    }
  }
  const sums = new Float64Array(height * width);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = [Math.max(0, y - radius), Math.min(height, y + radius + 1)];
    for (let x = 0; x < width; x++) {
      const [left, right] = [Math.max(0, x - radius), Math.min(width, x + radius + 1)];
      sums[y * width + x] =
        before[bottom * stride + right]! -
        before[top * stride + right]! -
        before[bottom * stride + left]! +
        before[top * stride + left]!;
    }
  }
  return sums;
}
