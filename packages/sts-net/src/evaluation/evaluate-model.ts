import type { Case } from '@sts-net/datasets';
import { type Predictor, type Preprocessing, predictLabels, sampleAxis } from '@sts-net/inference';
import { labelsOf, type Volume } from '@sts-net/volume-io';
import { CaseCache, type CaseCacheConfig } from '../cases/case-cache.ts';
import { CaseStore, type LoadedCase } from '../cases/case-store.ts';
import { leaveOutIgnored } from '../scoring/label-masks.ts';
import type { IntervalOptions } from '../scoring/mean-interval.ts';
import type { ScoringOptions } from '../scoring/scoring-options.ts';
import { type Evaluation, evaluateVolumes, type VolumePair } from './evaluate-volumes.ts';

export interface EvaluateModelOptions extends ScoringOptions, IntervalOptions {
  /** Between which lesions are counted, mm³; see `EvaluateVolumesOptions`. */
  readonly sizes?: readonly number[] | undefined;
  /** Slices that go through the network together. @default 4 */
  readonly batchSize?: number;
  /** Called after each slice. */
  readonly onProgress?: (id: string, done: number, total: number) => void;
  /** Stops between slices: the call then throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called with each case that is predicted. */
  readonly onCase?: (one: EvaluatedPrediction) => void;
  /** Where preprocessed cases are kept on disk, so that the next one who wants them need not decode them. @default nowhere */
  readonly cache?: CaseCacheConfig | undefined;
  /** Called with a sentence about what is odd about the masks, or the cache, but no error. */
  readonly onWarning?: (text: string) => void;
}

/** A case and what the model predicted. */
export interface EvaluatedPrediction {
  readonly id: string;
  readonly loaded: LoadedCase;
  /** Labels on the image's own grid; background where nothing counts. */
  readonly prediction: Volume<Uint8Array>;
  /** The true ones there, likewise. */
  readonly truth: Volume<Uint8Array>;
}

/** What the model was trained with. */
export interface ModelInput {
  /** How images become network input. */
  readonly preprocessing: Preprocessing;
  /** Background included. */
  readonly classes: number;
}

/**
 * Predicts cases and scores the predictions against their masks, on the grids that the images came with,
 * whatever the network saw of them; with more than two classes each class, and their mean.
 */
export function evaluateModel(
  predictor: Predictor,
  { preprocessing, classes }: ModelInput,
  cases: readonly Case[],
  {
    batchSize,
    onProgress,
    onCase,
    signal,
    cache,
    onWarning,
    ...scoring
  }: EvaluateModelOptions = {},
): Promise<Evaluation> {
  const store = new CaseStore(
    { preprocessing, classes },
    { cache: cache && new CaseCache(cache, { onWarning }) },
  );
  async function* pairs(): AsyncGenerator<VolumePair> {
    for (const one of cases) {
      const loaded = await store.load(one);
      const predicted = await predictLabels(predictor, loaded, {
        preprocessing,
        batchSize,
        signal,
        ...(onProgress && { onProgress: (done, total) => onProgress(one.id, done, total) }),
      });
      // In arrays of their own, since what is loaded is kept.
      const prediction = labelsOf(predicted);
      const truth = labelsOf(await store.truth(one, loaded));
      const ignored =
        one.labels?.ignore === undefined ? undefined : leaveOutIgnored(truth, [prediction]);
      onCase?.({ id: one.id, loaded, prediction, truth });
      const axis = sampleAxis(loaded, preprocessing);
      const pair = { id: one.id, patient: one.group, prediction, truth, axis };
      yield { ...pair, ...(ignored && { ignored: ignored.mask }) };
    }
    if (store.warning !== undefined) onWarning?.(store.warning);
  }
  return evaluateVolumes(pairs(), preprocessing.axis, {
    ...scoring,
    ...(classes > 2 && { labels: foregroundLabels(classes) }),
  });
}

function foregroundLabels(classes: number): readonly number[] {
  return Array.from({ length: classes - 1 }, (_, i) => i + 1);
}
