import type * as tf from '@tensorflow/tfjs-core';
import { checkOptions } from '../check-options.ts';
import {
  type ConfusionTensorOptions,
  confusionTensor,
  tensorOptionNames,
} from './confusion-tensor.ts';
import type { OverlapName } from './overlap-formulas.ts';
import { checkedFormula, type OverlapTensorOptions, overlapTensor } from './overlap-tensor.ts';

export interface OverlapMetricOptions
  extends OverlapTensorOptions,
    Omit<ConfusionTensorOptions, 'perImage'> {
  /** What logs call it. @default the score's name, with `_` and the label where there is one */
  readonly name?: string;
}

/** A function for `metrics` of `model.compile`: truth first, as TensorFlow.js calls it. */
export type OverlapMetric = (truth: tf.Tensor, prediction: tf.Tensor) => tf.Scalar;

/**
 * Makes an overlap score of a batch for `model.compile({ metrics })`.
 *
 * `fit` and `evaluate` take the mean over batches; for the score of a whole set, add the counts of
 * `confusionTensor` up instead. With `empty: 'skip'` a batch that is left out is `NaN`, and so is then
 * the mean.
 *
 * @throws RangeError where the name or an option does not fit; when called, where shapes do not
 */
export function overlapMetric(
  score: OverlapName,
  options: OverlapMetricOptions = {},
): OverlapMetric {
  checkOptions('overlapMetric', options, tensorOptionNames);
  checkedFormula(score, options);
  const { label, name = label === undefined ? score : `${score}_${label}` } = options;
  const metric: OverlapMetric = (truth, prediction) => {
    const counts = confusionTensor(prediction, truth, { ...options, perImage: false });
    try {
      return overlapTensor(score, counts, options);
    } finally {
      counts.dispose();
    }
  };
  return Object.defineProperty(metric, 'name', { value: name });
}
