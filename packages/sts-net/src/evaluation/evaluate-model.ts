import type { Case } from '@sts-net/datasets';
import { mostLikely, type Predictor, predictSamples } from '@sts-net/inference';
import { stackSlices } from '@sts-net/volume-io';
import type { NdArray } from 'ndarray';
import { CaseStore } from '../cases/case-store.ts';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import { type Evaluation, evaluateVolumes, type VolumePair } from './evaluate-volumes.ts';

export interface EvaluateModelOptions {
  /** Called after each slice. */
  readonly onProgress?: (id: string, done: number, total: number) => void;
  /** Stops between slices: the call then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Predicts cases and scores the predictions against their masks.
 *
 * @param config the one that the model was trained with: how volumes become network input
 */
export function evaluateModel(
  predictor: Predictor,
  config: Pick<ExperimentConfig, 'data' | 'training' | 'model'>,
  cases: readonly Case[],
  { onProgress, signal }: EvaluateModelOptions = {},
): Promise<Evaluation> {
  const { data, training } = config;
  const { axis, context, edge } = data;
  const store = new CaseStore(data, config.model.classes);
  async function* pairs(): AsyncGenerator<VolumePair> {
    for (const one of cases) {
      const loaded = await store.load(one);
      const { flat, mask: truth } = loaded;
      const masks: NdArray<Uint8Array>[] = [];
      for await (const slice of predictSamples(predictor, loaded, {
        batchSize: training.batchSize,
        signal,
        ...(onProgress && { onProgress: (done, total) => onProgress(one.id, done, total) }),
      })) {
        masks.push(mostLikely(slice));
      }
      const prediction = stackSlices(masks, truth, flat ? {} : { axis, context, edge });
      yield { id: one.id, prediction, truth };
    }
  }
  return evaluateVolumes(pairs(), axis);
}
