import * as tf from '@tensorflow/tfjs-core';
import type { ClassWeightOptions, LossSpec, MappedLoss } from '../contract/loss.ts';
import { differentiable, type Terms } from '../contract/prediction.ts';
import { requireNumbers } from '../contract/require-numbers.ts';
import { classEntropyTerms } from '../pixels/class-entropy.ts';
import { crossEntropyTerms } from '../pixels/cross-entropy.ts';
import { addTerms, diceTerms } from '../pixels/overlap.ts';
import { instanceMaps } from './instance-maps.ts';
import { instanceDice } from './instance-terms.ts';
import type { InstanceOptions } from './instances.ts';

export interface InstanceLossOptions extends ClassWeightOptions {
  /** What is computed of the whole and of each component. */
  readonly base?: 'dice' | 'cross-entropy' | 'dice-cross-entropy' | undefined;
  /** Weight of the loss of the whole batch, at least 0. */
  readonly alpha?: number | undefined;
  /** Weight of the mean over the components, at least 0. */
  readonly beta?: number | undefined;
  /** Of the soft Dice; above 0. @default 1e-5 */
  readonly smoothing?: number | undefined;
  /** Pixels that belong to one component: 4 share an edge, 8 a corner too. @default 8 */
  readonly connectivity?: 4 | 8 | undefined;
}

/**
 * Blob loss: `α·L + β·mean_k L_k` (Kofler et al., IPMI 2023). L is the base loss of the whole batch;
 * L_k that of one component of the truth, where the probabilities of all other components of its class
 * are 0, so that it looks at the component and at all background. The mean is over the components of
 * each sample, then over the samples that have any. By default the base is soft Dice, α = 2, β = 1.
 *
 * With more than two classes, components are taken of each foreground class apart, and L_k is of that
 * class against the rest; class weights weigh the components. Cross-entropy is averaged over the
 * sample.
 */
export const blob: LossSpec<InstanceLossOptions> = {
  create: ({ base = 'dice', alpha = 2, beta = 1, ...options } = {}) =>
    instanceLoss({ loss: 'blob', kind: 'blobs', base, alpha, beta, ...options }),
};

/**
 * CC-DiceCE: `α·L + β·mean_k L_k` (arXiv 2511.17146; with more classes 2604.24276). L is the base loss
 * of the whole batch; L_k that of the pixels nearer to component k of the truth than to any other, by
 * Euclidean distance, ties to the first. The mean is over the components of each sample, then over the
 * samples; a sample without foreground is one region. By default the base is Dice plus cross-entropy,
 * α = β = 1.
 *
 * With more than two classes, components and regions are of each foreground class apart, and L_k is of
 * that class against the rest; class weights weigh the components.
 */
export const ccDiceCrossEntropy: LossSpec<InstanceLossOptions> = {
  create: ({ base = 'dice-cross-entropy', alpha = 1, beta = 1, ...options } = {}) =>
    instanceLoss({ loss: 'cc-dice-cross-entropy', kind: 'regions', base, alpha, beta, ...options }),
};

type Settings = Pick<InstanceOptions, 'loss' | 'kind'> &
  InstanceLossOptions & {
    readonly base: 'dice' | 'cross-entropy' | 'dice-cross-entropy';
    readonly alpha: number;
    readonly beta: number;
  };

function instanceLoss(settings: Settings): MappedLoss {
  const { loss, kind, alpha, beta, classWeights, smoothing = 1e-5, connectivity = 8 } = settings;
  requireNumbers(loss, 'at least 0', { alpha, beta });
  requireNumbers(loss, 'above 0', { smoothing });
  const hasDice = settings.base !== 'cross-entropy';
  const hasEntropy = settings.base !== 'dice';
  return {
    maps: (truth) => instanceMaps(truth, { loss, kind, connectivity, classWeights }),
    value: (labels, logits, maps) =>
      differentiable((prediction) => {
        const terms: Terms[] = [];
        if (hasDice) {
          terms.push(times(alpha, diceTerms(prediction, { smoothing, classWeights })));
          terms.push(times(beta, instanceDice(prediction, maps, { kind, smoothing })));
        }
        if (hasEntropy) {
          terms.push(times(alpha, crossEntropyTerms(prediction, classWeights)));
          terms.push(
            times(beta, classEntropyTerms(prediction, maps['entropyWeights'] as tf.Tensor4D)),
          );
        }
        return terms.reduce(addTerms);
      })(labels, logits),
  };
}

function times(factor: number, { value, gradient }: Terms): Terms {
  return { value: tf.mul(value, factor), gradient: tf.mul(gradient, factor) };
}
