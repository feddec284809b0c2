import type { Case } from '@sts-net/datasets';
import type { Predictor } from '@sts-net/inference';
import type { IntervalOptions } from '../scoring/mean-interval.ts';
import type { DetectionOptions, ScoringOptions } from '../scoring/scoring-options.ts';
import { type Evaluation, evaluateVolumes } from './evaluate-volumes.ts';
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
  /** Called with each case that is predicted. */
  readonly onCase?: (one: PredictedPair) => void;
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
  { onCase, ...options }: EvaluateModelOptions = {},
): Promise<Evaluation> {
  async function* pairs(): AsyncGenerator<PredictedPair> {
    for await (const pair of predictPairs(predictor, input, cases, options)) {
      onCase?.(pair);
      yield pair;
    }
  }
  const { tolerance, empty, penalty, sizes, seed, resamples } = options;
  const { candidateThreshold, candidateOverlap } = options;
  return evaluateVolumes(pairs(), input.preprocessing.axis, {
    ...{ tolerance, empty, penalty, sizes, seed, resamples, candidateThreshold, candidateOverlap },
    ...(input.classes > 2 &&
      options.label === undefined && { labels: foregroundLabels(input.classes) }),
  });
}
