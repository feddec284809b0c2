import { predictorOf } from '@sts-net/model';
import {
  type BatchSource,
  hasStoppedEarly,
  type Look,
  type Progress,
  type SelectionName,
  type Training,
  trainLoop,
} from '@sts-net/training';
import type { MemoryConfig } from '../config/memory-config.ts';
import type { PreparedTraining, Validated } from './prepare-training.ts';

/** What a training reports of its steps while it runs. */
export type StepEvent =
  | {
      readonly event: 'step';
      /** Steps finished, from 1. */
      readonly step: number;
      readonly loss: number;
      readonly learningRate: number;
      /** Pixels of each lesion in the batch, whole also where a patch shows a part. */
      readonly lesions?: readonly number[];
      /** Samples that were drawn for a false alarm in them, where the sampler draws such. */
      readonly hardNegatives?: number;
    }
  | ({
      /** A look at training slices, before a validation, where the sampler draws false alarms. */
      readonly event: 'look';
      readonly step: number;
    } & Look)
  | ({
      readonly event: 'validation';
      readonly step: number;
      /** The name of the score; `own` for one that was given in code. */
      readonly metric: SelectionName | 'own';
      /** Whether it is better than all before. */
      readonly best: boolean;
    } & Validated);

/** What a training goes on in spite of. */
export interface WarningEvent {
  readonly event: 'warning';
  readonly step: number;
  readonly message: string;
}

/** A training that is ready to go. */
export interface ReadySteps {
  readonly training: Training;
  readonly settings: Pick<MemoryConfig['training'], 'validation' | 'saveEvery'>;
  readonly data: Pick<PreparedTraining, 'validate' | 'falseAlarms'>;
  readonly source: BatchSource;
  /** Length of the whole training. */
  readonly steps: number;
  /** Where to go on from; mutated. */
  readonly progress: Progress;
  readonly metric: SelectionName | 'own';
  /** When aborted, the step is finished and saved. */
  readonly signal: AbortSignal | undefined;
}

/** What is called between steps, each waited for. */
export interface StepHooks {
  report(event: StepEvent): Promise<void>;
  /**
   * Keeps the weights that the model has now.
   *
   * @param rank of their validation among the best, 0 for one that is better than all before; undefined
   * without cases to validate with, for those of the last step
   */
  saveWeights(rank: number | undefined): Promise<void>;
  /** Keeps what resuming needs. */
  saveCheckpoint(): Promise<void>;
}

/**
 * Trains, validates and saves until the training is finished or stopped.
 *
 * @returns why it ended; undefined if the signal aborted, and it can be gone on with
 */
export async function runSteps(
  { training, settings, data, source, steps, progress, metric, signal }: ReadySteps,
  { report, saveWeights, saveCheckpoint }: StepHooks,
): Promise<'finished' | 'stopped early' | undefined> {
  const { validate, falseAlarms } = data;
  const { every, patience, keep = 1 } = settings.validation;
  const predictor = predictorOf(training.model, { freeze: false });
  let validated: Validated | undefined;
  await trainLoop({
    ...training,
    progress,
    signal,
    steps,
    patience,
    source,
    saveEvery: settings.saveEvery,
    validateEvery: every,
    keepBest: keep,
    onStep: (record, { lesions, hardNegatives }) =>
      report({
        event: 'step',
        ...record,
        ...(lesions && { lesions }),
        ...(hardNegatives !== undefined && { hardNegatives }),
      }),
    ...(falseAlarms && {
      look: async (stop) => {
        const { step } = progress;
        const seen = await falseAlarms.look(predictor, step, stop);
        if (seen !== undefined) await report({ event: 'look', step, ...seen });
      },
    }),
    ...(validate && {
      validate: async (stop) => {
        validated = await validate(predictor, stop);
        return validated.score;
      },
      onScore: (_, best) =>
        report({ event: 'validation', step: progress.step, metric, ...validated!, best }),
      onBest: saveWeights,
    }),
    save: async () => {
      if (validate === undefined) await training.averaged(() => saveWeights(undefined));
      await saveCheckpoint();
    },
  });
  if (progress.step === steps && !progress.owesValidation) return 'finished';
  return hasStoppedEarly(progress, patience) ? 'stopped early' : undefined;
}
