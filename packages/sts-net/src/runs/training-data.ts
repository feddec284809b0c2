import {
  type Case,
  checkLeakage,
  findCases,
  type Split,
  type SplitName,
  splitCases,
} from '@sts-net/datasets';
import { channelsOf, type Predictor } from '@sts-net/inference';
import {
  type BatchSource,
  createAmplifier,
  createBatchSource,
  createOnlineAmplifier,
  createValidation,
  listSlices,
  type SamplerSpec,
  type SelectionSpec,
} from '@sts-net/training';
import { CaseStore } from '../cases/case-store.ts';
import type { ExperimentConfig } from '../config/experiment-config.ts';

/** What a training draws its batches and its scores from. */
export interface TrainingData {
  readonly source: BatchSource;
  /** Undefined without a validation split. */
  readonly validate: ((predictor: Predictor) => Promise<number>) | undefined;
  /** Ids of the cases of each split. */
  readonly cases: Readonly<Record<SplitName, readonly string[]>>;
  /** Training slices. */
  readonly slices: number;
  /** Training slices and their amplified copies. */
  readonly samples: number;
}

/** Parts of the caller's own, in place of those that the config names. */
interface OwnParts {
  readonly sampler?: SamplerSpec;
  readonly score?: SelectionSpec;
}

/** Finds and splits the cases of a config. */
export async function findData(
  { seed, data }: Pick<ExperimentConfig, 'seed' | 'data'>,
  baseFolder: string,
): Promise<Split> {
  return splitCases(await findCases(data.cases, baseFolder), data.split, seed);
}

/** Checks the data of a run, and reads the training cases once. */
export async function prepareData(
  { seed, model, data, preprocessing, training, amplification }: ExperimentConfig,
  split: Split,
  { sampler, score }: OwnParts = {},
): Promise<TrainingData> {
  await checkLeakage(split);
  const store = new CaseStore(preprocessing, model.classes, data.cacheMegabytes);
  const of = (cases: readonly Case[]) => cases.map((one) => store.trainingCase(one));
  const slices = await listSlices(of(split.training));
  const amplifier = createAmplifier(amplification, slices, seed);
  const online = await createOnlineAmplifier(amplification.online ?? [], slices, seed);
  const { batchSize, patch, flips } = training;
  const source = createBatchSource({
    items: amplifier.items,
    sampler,
    batchSize,
    patch,
    flips,
    seed,
    channels: channelsOf(preprocessing),
    classes: model.classes,
    async read(item, pass) {
      const { samples, normalization } = await item.slice.one.load();
      const sample = amplifier.sample(samples[item.slice.index]!, item);
      return online({ sample, normalization }, pass);
    },
  });
  const { metric, slices: most } = training.validation;
  const validate =
    split.validation.length === 0
      ? undefined
      : await createValidation(of(split.validation), {
          score: score ?? metric,
          slices: most,
          batchSize,
        });
  const ids = (name: SplitName): string[] => split[name].map(({ id }) => id);
  return {
    source,
    validate,
    cases: { training: ids('training'), validation: ids('validation'), test: ids('test') },
    slices: slices.length,
    samples: amplifier.items.length,
  };
}
