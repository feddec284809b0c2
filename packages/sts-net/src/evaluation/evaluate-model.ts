import type { Case } from '@sts-net/datasets';
import type { Predictor } from '@sts-net/inference';
import type { IntervalOptions } from '../scoring/mean-interval.ts';
import type { DetectionOptions, ScoringOptions } from '../scoring/scoring-options.ts';
import {
  type EvaluateVolumesOptions,
  type Evaluation,
  evaluateVolumes,
} from './evaluate-volumes.ts';
import {
  foregroundLabels,
  type ModelInput,
  type PredictedPair,
  type PredictPairsOptions,
  predictPairs,
} from './predict-pairs.ts';

export interface EvaluateModelOptions
  extends PredictPairsOptions,
    ScoringOptions,
    DetectionOptions,
    IntervalOptions {
  /** Between which lesions are counted, mm³; see `EvaluateVolumesOptions`. */
  readonly sizes?: readonly number[] | undefined;
  /** Called, and waited for, with each case that is predicted and its scores. */
  readonly onCase?: EvaluateVolumesOptions<PredictedPair>['onCase'];
}

/**
 * Predicts cases and scores the predictions against their masks, on the grids that the images came with,
 * whatever the network saw of them; with more than two classes each class, and their mean.
 *
 * @throws RangeError if a label is none of the classes
 */
export function evaluateModel(
  predictor: Predictor,
  input: ModelInput,
  cases: readonly Case[],
  options: EvaluateModelOptions = {},
): Promise<Evaluation> {
  const pairs = predictPairs(predictor, input, cases, options);
  return evaluateVolumes(pairs, input.preprocessing.axis, {
    ...options,
    ...(input.classes > 2 &&
      options.label === undefined && { labels: foregroundLabels(input.classes) }),
  });
}
