import { distanceTransform } from '@sts-net/metrics';
import * as tf from '@tensorflow/tfjs-core';
import { sumAll, sumPixels } from '../../tensors/sums.ts';
import { classMask, countedMask } from '../contract/class-mask.ts';
import { classShares } from '../contract/class-weights.ts';
import type { ClassWeightOptions, LossSpec, Truth } from '../contract/loss.ts';
import { differentiable, throughSoftmax } from '../contract/prediction.ts';

export interface BoundaryOptions extends ClassWeightOptions {
  /** Whether class 0 takes part in the mean over the classes. @default false */
  readonly background?: boolean | undefined;
}

/**
 * Boundary loss: the mean over the pixels that count of `φ_c·p_c`, its weighted mean over the classes
 * (Kervadec et al., MIDL 2019). φ is the distance to the class in pixels, inside it 1 minus the
 * distance to the outside, as in the authors' code; 0 everywhere in samples without the class and in
 * those that it fills. Distances lead to pixels that count. It is meant to be added to a loss of regions, with a weight of about 0.01. Below
 * 0 where the truth is met.
 */
export const boundary: LossSpec<BoundaryOptions> = {
  create: ({ classWeights, background = false } = {}) => ({
    maps: (truth) => ({
      distances: {
        data: signedDistances(truth, background ? 0 : 1),
        shape: [truth.count, truth.height, truth.width, truth.classes],
      },
    }),
    value: (labels, logits, { distances }) =>
      differentiable(({ probabilities: p, counted }) => {
        const shares = classShares('boundary', classWeights, labels.shape[3], background);
        const total = tf.maximum(sumAll(counted), 1);
        const weight = tf.div(tf.mul(counted, tf.tensor1d([...shares])), total);
        const byProbability = tf.mul(distances as tf.Tensor4D, weight) as tf.Tensor4D;
        return {
          value: tf.sum(sumPixels(tf.mul(byProbability, p), 'batch')) as tf.Scalar,
          gradient: throughSoftmax(byProbability, p),
        };
      })(labels, logits),
  }),
};

/** φ of every class from `first` on, `[batch, height, width, classes]`. */
function signedDistances(truth: Truth, first: number): Float32Array {
  const { count, height, width, classes } = truth;
  const shape = [height, width];
  const distances = new Float32Array(count * height * width * classes);
  for (let sample = 0; sample < count; sample++) {
    const counted = countedMask(truth, sample);
    for (let c = first; c < classes; c++) {
      const mask = classMask(truth, sample, c);
      if (!mask.includes(1)) continue;
      const outside = distanceTransform({ data: mask, shape });
      const inside = distanceTransform({ data: mask.map((one, i) => counted[i]! - one), shape });
      for (let i = 0; i < mask.length; i++) {
        const distance = mask[i] === 1 ? 1 - inside[i]! : outside[i]!;
        // A class that fills the sample has no outside.
        if (Number.isFinite(distance)) {
          distances[(sample * mask.length + i) * classes + c] = distance;
        }
      }
    }
  }
  return distances;
}
