import type { Predictor } from '@sts-net/inference';
import {
  type BatchSource,
  createFalseAlarms,
  createValidation,
  type FalseAlarms,
  listSlices,
  type OnlineAugmentation,
  type SamplerChoice,
  type SelectionChoice,
  type TrainingCase,
  type TrainingSlice,
} from '@sts-net/training';
import { type BatchConfig, createBatches } from '../batches/create-batches.ts';

/** What a validation found. */
export interface Validated {
  readonly score: number;
  /** Of the foreground classes, where there are several. */
  readonly classes?: readonly number[];
}

/** Parts of the caller's own, in place of those that the config names. */
export interface OwnParts {
  readonly sampler?: SamplerChoice | undefined;
  readonly select?: SelectionChoice | undefined;
  readonly augmentations?: readonly OnlineAugmentation[] | undefined;
}

/** What a training draws its batches and its scores from. */
export interface PreparedTraining {
  /** Those of the training split, by which batches are drawn. */
  readonly slices: readonly TrainingSlice[];
  /** Makes batches in this thread. */
  readonly source: BatchSource;
  /** Training slices and their amplified copies. */
  readonly samples: number;
  /** Undefined without cases to validate with. */
  readonly validate:
    | ((predictor: Predictor, signal?: AbortSignal) => Promise<Validated>)
    | undefined;
  /** Of a sampler that draws false alarms. */
  readonly falseAlarms: FalseAlarms | undefined;
}

/**
 * Reads every training case once, and makes of a config what its training draws from: the same numbers
 * for the same cases, wherever it runs.
 *
 * @throws RangeError for a sampler or an augmentation that the cases do not allow
 */
export async function prepareTraining(
  config: BatchConfig,
  cases: {
    readonly training: readonly TrainingCase[];
    readonly validation: readonly TrainingCase[];
  },
  { sampler, select, augmentations }: OwnParts = {},
): Promise<PreparedTraining> {
  const { training } = config;
  const slices = await listSlices(cases.training);
  const chosen = sampler ?? training.sampler;
  const falseAlarms = createFalseAlarms(chosen, slices, training.batchSize);
  const batches = await createBatches(config, slices, { sampler, falseAlarms, augmentations });
  const validate =
    cases.validation.length === 0
      ? undefined
      : await validationOf(cases.validation, config, select ?? training.validation.metric);
  return { slices, ...batches, validate, falseAlarms };
}

/** Makes the function that scores a network, by class too where there are several. */
async function validationOf(
  cases: readonly TrainingCase[],
  { training, model }: Pick<BatchConfig, 'training' | 'model'>,
  score: SelectionChoice,
): Promise<NonNullable<PreparedTraining['validate']>> {
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
