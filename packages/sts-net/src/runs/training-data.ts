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
  type TrainingCase,
} from '@sts-net/training';
import { CaseStore } from '../cases/case-store.ts';
import type { ExperimentConfig } from '../config/experiment-config.ts';

/** What a training draws its batches and its scores from. */
export interface TrainingData {
  readonly source: BatchSource;
  /** Undefined without a validation split. */
  readonly validate: ((predictor: Predictor) => Promise<Validated>) | undefined;
  /** Ids of the cases of each split. */
  readonly cases: Readonly<Record<SplitName, readonly string[]>>;
  /** Training slices. */
  readonly slices: number;
  /** Training slices and their amplified copies. */
  readonly samples: number;
  /** One sentence about masks that hold several numbers where there are two classes, if any do. */
  readonly warning: string | undefined;
}

/** What a validation found. */
export interface Validated {
  readonly score: number;
  /** Of the foreground classes, where there are several. */
  readonly classes?: readonly number[];
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
  const { batchSize, accumulate = 1, patch, flips } = training;
  const source = createBatchSource({
    items: amplifier.items,
    sampler,
    batchSize: batchSize * accumulate,
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
  const validate =
    split.validation.length === 0
      ? undefined
      : await validationOf(of(split.validation), { training, model }, score);
  const ids = (name: SplitName): string[] => split[name].map(({ id }) => id);
  return {
    source,
    validate,
    cases: { training: ids('training'), validation: ids('validation'), test: ids('test') },
    slices: slices.length,
    samples: amplifier.items.length,
    warning: store.warning,
  };
}

/** Makes the function that scores a network, by class too where there are several. */
async function validationOf(
  cases: readonly TrainingCase[],
  { training, model }: Pick<ExperimentConfig, 'training' | 'model'>,
  own: SelectionSpec | undefined,
): Promise<(predictor: Predictor) => Promise<Validated>> {
  const { metric, slices } = training.validation;
  let classes: readonly number[] | undefined;
  const validate = await createValidation(cases, {
    score: own ?? metric,
    slices,
    batchSize: training.batchSize,
    onClasses: (scores) => {
      if (model.classes > 2) classes = scores;
    },
  });
  return async (predictor) => {
    const score = await validate(predictor);
    return { score, ...(classes && { classes }) };
  };
}
