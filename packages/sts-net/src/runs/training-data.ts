import type { AugmentationSpec, Transform } from '@sts-net/amplify';
import { type Case, checkLeakage, type Split, type SplitName, splitCases } from '@sts-net/datasets';
import type { Predictor } from '@sts-net/inference';
import {
  type BatchSource,
  countSizes,
  createFalseAlarms,
  createValidation,
  type FalseAlarms,
  listSlices,
  type OnlineAugmentation,
  type SamplerChoice,
  type SelectionChoice,
  type SizeCount,
  type TrainingCase,
} from '@sts-net/training';
import { type BatchPlan, factsOf } from '../batches/batch-plan.ts';
import { createBatches } from '../batches/create-batches.ts';
import type { CaseCache } from '../cases/case-cache.ts';
import {
  type CaseReader,
  type CaseSource,
  casesInMemory,
  fileReader,
} from '../cases/case-reader.ts';
import { CaseStore } from '../cases/case-store.ts';
import { findSplit, withLabels } from '../cases/find-split.ts';
import type { ExperimentConfig } from '../config/experiment-config.ts';

/** Threads beside this one, where nothing is said. */
const usualWorkers = 1;

/** What a training draws its batches and its scores from. */
export interface TrainingData {
  /** Makes batches in this thread. */
  readonly source: BatchSource;
  /** By which other threads make the same; undefined where none is to. */
  readonly plan: BatchPlan | undefined;
  /** Undefined without a validation split. */
  readonly validate:
    | ((predictor: Predictor, signal?: AbortSignal) => Promise<Validated>)
    | undefined;
  /** Of a sampler that draws false alarms. */
  readonly falseAlarms: FalseAlarms | undefined;
  /** Ids of the cases of each split. */
  readonly cases: Readonly<Record<SplitName, readonly string[]>>;
  /** Training slices. */
  readonly slices: number;
  /** Lesions in them, by their pixels there. */
  readonly lesions: readonly SizeCount[];
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
export interface OwnDataParts {
  /** In place of `config.training.sampler`. */
  readonly sampler?: SamplerChoice;
  /** Chooses the best weights in place of `config.training.validation.metric`. */
  readonly select?: SelectionChoice;
  /**
   * Changes samples each time they are drawn, in place of `config.amplification.online`: a function of
   * the sample and random numbers, or what makes one.
   */
  readonly augment?: Transform | AugmentationSpec;
}

/** The cases of a run, and what reads them. */
export interface FoundData {
  readonly split: Split;
  readonly reader: CaseReader;
  /** Where cases are kept on disk. @default nowhere */
  readonly cache?: CaseCache | undefined;
}

/** Finds and splits the cases of a config, or those of a source in their place. */
export async function findData(
  config: Pick<ExperimentConfig, 'seed' | 'data'>,
  baseFolder: string,
  source?: CaseSource,
): Promise<FoundData> {
  if (source === undefined)
    return { split: await findSplit(config, baseFolder), reader: fileReader };
  const { cases, reader } = await casesInMemory(source);
  const { labels } = config.data;
  return { split: splitCases(withLabels(cases, labels), config.data.split, config.seed), reader };
}

/** Checks the data of a run, and reads the training cases once. */
export async function prepareData(
  config: ExperimentConfig,
  { split, reader, cache }: FoundData,
  { sampler, select, augment }: OwnDataParts = {},
): Promise<TrainingData> {
  const { model, data, preprocessing, training } = config;
  const chosen = sampler ?? training.sampler;
  const inCode = reader !== fileReader || sampler !== undefined || augment !== undefined;
  // They follow from what the network saw here.
  const fromHere = createFalseAlarms(chosen, [], training.batchSize) !== undefined;
  const workers = workersOf(training, inCode || fromHere);
  await checkLeakage(split);
  // Each thread keeps cases of its own.
  const megabytes = data.cacheMegabytes / (1 + workers);
  const store = new CaseStore(
    { preprocessing, classes: model.classes },
    { megabytes, reader, cache },
  );
  const of = (cases: readonly Case[]) => cases.map((one) => store.trainingCase(one));
  const slices = await listSlices(of(split.training));
  const falseAlarms = createFalseAlarms(chosen, slices, training.batchSize);
  const own = { sampler, falseAlarms, augmentations: augment && [augmentationOf(augment)] };
  const { source, samples } = await createBatches(config, slices, own);
  const validate =
    split.validation.length === 0
      ? undefined
      : await validationOf(
          of(split.validation),
          { training, model },
          select ?? training.validation.metric,
        );
  const ids = (name: SplitName): string[] => split[name].map(({ id }) => id);
  const plan = { config, cases: split.training, slices: factsOf(slices, split.training) };
  return {
    source,
    plan: workers === 0 ? undefined : { ...plan, workers, megabytes, cache: cache?.forReading },
    validate,
    falseAlarms,
    cases: { training: ids('training'), validation: ids('validation'), test: ids('test') },
    slices: slices.length,
    lesions: countSizes(slices.flatMap((slice) => slice.lesions.map(({ area }) => area))),
    samples,
    warning: store.warning,
  };
}

/**
 * @param boundHere whether batches follow from what other threads do not have
 * @throws RangeError if threads are asked for all the same
 */
function workersOf({ workers }: ExperimentConfig['training'], boundHere: boolean): number {
  if (!boundHere || workers === 0) return workers ?? usualWorkers;
  if (workers === undefined) return 0;
  throw new RangeError(
    `training.workers: must be 0 where cases, the sampler or an augmentation are given in code, or hard negatives are drawn, which other threads do not have, got ${workers}`,
  );
}

function augmentationOf(augment: Transform | AugmentationSpec): OnlineAugmentation {
  const spec = typeof augment === 'function' ? { create: () => augment } : augment;
  return { name: spec, probability: 1 };
}

/** Makes the function that scores a network, by class too where there are several. */
async function validationOf(
  cases: readonly TrainingCase[],
  { training, model }: Pick<ExperimentConfig, 'training' | 'model'>,
  score: SelectionChoice,
): Promise<NonNullable<TrainingData['validate']>> {
  const { slices } = training.validation;
  let classes: readonly number[] | undefined;
  const validate = await createValidation(cases, {
    score,
    slices,
    batchSize: training.batchSize,
    onClasses: (scores) => {
      if (model.classes > 2) classes = scores;
    },
  });
  return async (predictor, signal) => {
    const score = await validate(predictor, signal);
    return { score, ...(classes && { classes }) };
  };
}
