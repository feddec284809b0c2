import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import { createAmplifier } from '../data/amplifier.ts';
import type { BatchSource } from '../data/batch.ts';
import { createBatchSource } from '../data/batch-source.ts';
import { CaseStore } from '../data/case-store.ts';
import { findCases } from '../data/find-cases.ts';
import { createOnlineAmplifier } from '../data/online-amplifier.ts';
import { checkLeakage, type SplitName, splitCases } from '../data/split.ts';
import { listSlices } from '../data/training-items.ts';
import { createValidation } from './validation.ts';

/** What a training draws its batches and its scores from. */
export interface TrainingData {
  readonly source: BatchSource;
  /** Undefined without a validation split. */
  readonly validate: ((model: LayersModel) => Promise<number>) | undefined;
  /** Ids of the cases of each split. */
  readonly cases: Readonly<Record<SplitName, readonly string[]>>;
  /** Training slices. */
  readonly slices: number;
  /** Training slices and their amplified copies. */
  readonly samples: number;
}

/** Finds, splits and checks the data of a config, and reads the training cases once. */
export async function prepareData(
  { seed, model, data, training, amplification }: ExperimentConfig,
  baseFolder: string,
): Promise<TrainingData> {
  const split = splitCases(await findCases(data, baseFolder), data.split, seed);
  await checkLeakage(split);
  const store = new CaseStore(data, model.classes);
  const slices = await listSlices(store, split.training);
  const amplifier = createAmplifier(amplification, slices, seed);
  const online = await createOnlineAmplifier(amplification.online ?? [], slices, store, seed);
  const source = createBatchSource({
    items: amplifier.items,
    training,
    seed,
    channels: 2 * data.context + 1,
    classes: model.classes,
    async read(item, pass) {
      const { samples, normalization } = await store.load(item.slice.one);
      const sample = amplifier.sample(samples[item.slice.index]!, item);
      return online({ sample, normalization }, pass);
    },
  });
  const validate =
    split.validation.length === 0
      ? undefined
      : await createValidation(store, split.validation, training.validation, training.batchSize);
  const ids = (name: SplitName): string[] => split[name].map(({ id }) => id);
  return {
    source,
    validate,
    cases: { training: ids('training'), validation: ids('validation'), test: ids('test') },
    slices: slices.length,
    samples: amplifier.items.length,
  };
}
