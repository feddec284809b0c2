import type { AugmentationSpec, Transform } from '@sts-net/amplify';
import { type Case, checkLeakage, type Split, type SplitName, splitCases } from '@sts-net/datasets';
import { type PreparedTraining, prepareTraining } from '@sts-net/experiment';
import type { CaseReader } from '@sts-net/experiment/batches';
import {
  countSizes,
  createFalseAlarms,
  type OnlineAugmentation,
  type SamplerChoice,
  type SelectionChoice,
  type SizeCount,
} from '@sts-net/training';
import { type BatchPlan, factsOf } from '../batches/batch-plan.ts';
import type { CaseCache } from '../cases/case-cache.ts';
import { type CaseSource, casesInMemory, fileReader } from '../cases/case-reader.ts';
import { CaseStore } from '../cases/case-store.ts';
import { findSplit, withLabels } from '../cases/find-split.ts';
import type { ExperimentConfig } from '../config/experiment-config.ts';

/** Threads beside this one, where nothing is said. */
const usualWorkers = 1;

/** What a training draws its batches and its scores from. */
export interface TrainingData extends Omit<PreparedTraining, 'slices'> {
  /** By which other threads make the same; undefined where none is to. */
  readonly plan: BatchPlan | undefined;
  /** Ids of the cases of each split. */
  readonly cases: Readonly<Record<SplitName, readonly string[]>>;
  /** Training slices. */
  readonly slices: number;
  /** Lesions in them, by their pixels there. */
  readonly lesions: readonly SizeCount[];
  /** One sentence about masks that hold several numbers where there are two classes, if any do. */
  readonly warning: string | undefined;
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
  const prepared = await prepareTraining(
    config,
    { training: of(split.training), validation: of(split.validation) },
    { sampler, select, augmentations: augment && [augmentationOf(augment)] },
  );
  const { slices } = prepared;
  const ids = (name: SplitName): string[] => split[name].map(({ id }) => id);
  const plan = { config, cases: split.training, slices: factsOf(slices, split.training) };
  return {
    ...prepared,
    plan: workers === 0 ? undefined : { ...plan, workers, megabytes, cache: cache?.forReading },
    cases: { training: ids('training'), validation: ids('validation'), test: ids('test') },
    slices: slices.length,
    lesions: countSizes(slices.flatMap((slice) => slice.lesions.map(({ area }) => area))),
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
