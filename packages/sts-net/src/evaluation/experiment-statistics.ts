import type { LesionStatistics } from '@sts-net/amplify';
import { checkLeakage, type SplitName } from '@sts-net/datasets';
import { buildModel } from '@sts-net/experiment';
import { type ModelStatistics, modelStatistics } from '@sts-net/model';
import {
  createAmplifier,
  listSlices,
  sliceStatistics,
  type TrainingSlice,
} from '@sts-net/training';
import { CaseCache, cacheOfConfig } from '../cases/case-cache.ts';
import { CaseStore } from '../cases/case-store.ts';
import { findExperiment } from '../cases/find-split.ts';
import type { ExperimentConfig } from '../config/experiment-config.ts';

/** Numbers that describe a config before any training. */
export interface ExperimentStatistics {
  /** Lesion sizes of each split's slices. */
  readonly splits: Readonly<
    Record<SplitName, Omit<LesionStatistics, 'areas'> & { readonly cases: readonly string[] }>
  >;
  /** Training samples with their amplified copies. */
  readonly samples: number;
  /** Lesion pixels below which training samples are amplified; 0 without amplification. */
  readonly threshold: number;
  readonly model: ModelStatistics & { readonly size: readonly [number, number] };
}

/**
 * Reads all cases of a config and counts.
 *
 * @param baseFolder the folder that the config's relative paths start from
 * @param onWarning called with a sentence about what is odd about the data but no error
 */
export async function experimentStatistics(
  given: ExperimentConfig,
  baseFolder: string,
  onWarning?: (text: string) => void,
): Promise<ExperimentStatistics> {
  const { config, split } = await findExperiment(given, baseFolder);
  const { data, preprocessing, seed, amplification } = config;
  await checkLeakage(split);
  const kept = cacheOfConfig(data, baseFolder);
  const cache = kept && new CaseCache(kept, { onWarning });
  const store = new CaseStore({ preprocessing, classes: config.model.classes }, { cache });
  const slices: Partial<Record<SplitName, readonly TrainingSlice[]>> = {};
  const describe = async (name: SplitName) => {
    slices[name] = await listSlices(split[name].map((one) => store.trainingCase(one)));
    const { areas: _, ...statistics } = sliceStatistics(slices[name]);
    return { cases: split[name].map(({ id }) => id), ...statistics };
  };
  const splits = {
    training: await describe('training'),
    validation: await describe('validation'),
    test: await describe('test'),
  };
  if (store.warning !== undefined) onWarning?.(store.warning);
  const training = slices.training!;
  const { items, threshold } = createAmplifier(amplification, training, seed);
  const size = [
    Math.max(...training.map(({ rows }) => rows)),
    Math.max(...training.map(({ columns }) => columns)),
  ] as const;
  const model = buildModel(config);
  const statistics = modelStatistics(model, { size });
  model.dispose();
  return { splits, samples: items.length, threshold, model: { ...statistics, size } };
}
