import { nextTurn } from '@sts-net/inference';
import { createLoss, type LossChoice } from '../losses/losses.ts';
import type { Batch, BatchSource } from '../samples/batch.ts';
import type { Schedule } from '../schedules/schedule.ts';
import { type Scored, withScore } from '../selection/best-scores.ts';
import { type StepOptions, setTrainingStep, trainStep } from './train-step.ts';

/** What a finished step reports. */
export interface StepRecord {
  /** Steps finished, from 1. */
  readonly step: number;
  /** Before the step. */
  readonly loss: number;
  readonly learningRate: number;
}

/**
 * Where a run stands; with the weights, their average and the optimizer's state it is all that
 * resuming needs.
 */
export interface Progress {
  /** Steps finished. */
  step: number;
  /** The best validations, best first. */
  best: readonly Scored[];
  /** Validations since the best. */
  sinceBest: number;
  /** Whether the validation of the last step is still to be made: the run was stopped in its midst. */
  owesValidation: boolean;
}

/** Where a run stands that begins. */
export function newProgress(): Progress {
  return { step: 0, best: [], sinceBest: 0, owesValidation: false };
}

/** What the loop calls between steps; it waits for each. */
interface LoopHooks {
  readonly onStep?: (record: StepRecord, batch: Batch) => void | Promise<void>;
  /**
   * Called every `validateEvery`, before the validation and also without a validation split, while the
   * model has the weights that are validated: to look at what it is trained on. May throw the reason of the
   * signal, and is called again for the same step where the validation was not finished.
   */
  readonly look?: (signal: AbortSignal | undefined) => Promise<void>;
  /**
   * Scores the model; larger is better. Not called without a validation split. May throw the reason of
   * the signal, where that aborts: the run is then saved, and validated when it goes on.
   */
  readonly validate?: (signal: AbortSignal | undefined) => Promise<number>;
  readonly onScore?: (score: number, best: boolean) => Promise<void>;
  /**
   * Called while the model has the weights of a validation that is among the best; 0 is the rank of
   * one that is better than all before.
   */
  readonly onBest?: (rank: number) => Promise<void>;
  readonly save?: () => Promise<void>;
}

/** When something is done: every so many steps, or after each pass over the samples. */
export type Interval = number | 'epoch';

export interface TrainLoopOptions extends LoopHooks, Omit<StepOptions, 'loss'> {
  readonly source: BatchSource;
  readonly loss: LossChoice;
  /** Length of the whole training. */
  readonly steps: number;
  readonly schedule: Schedule;
  readonly validateEvery: Interval;
  readonly saveEvery: Interval;
  /** How many of the best validations are kept. @default 1 */
  readonly keepBest?: number | undefined;
  /** Ends the training after so many validations in a row that are no better than the best. @default none */
  readonly patience?: number | undefined;
  /** Where to go on from; mutated. */
  readonly progress: Progress;
  /** When aborted, the loop finishes the step, leaves a validation, saves and returns. */
  readonly signal?: AbortSignal | undefined;
}

/** Whether a training has ended before its last step, for want of better validations. */
export function hasStoppedEarly({ sinceBest }: Progress, patience: number | undefined): boolean {
  return patience !== undefined && sinceBest >= patience;
}

/**
 * Trains until the configured end, until validations get no better for as long as `patience` says, or
 * until `signal` aborts. With an average of the weights, it is the average that is validated.
 *
 * @throws RangeError when the loss is not finite; the last saved checkpoint is then untouched.
 */
export async function trainLoop(options: TrainLoopOptions): Promise<Progress> {
  const { model, source, steps, schedule, progress, signal, patience, parts = 1 } = options;
  const { stepsPerEpoch } = source;
  const stepOptions = { ...options, loss: createLoss(options.loss) };
  const isTime = (every: Interval) =>
    progress.step % (every === 'epoch' ? stepsPerEpoch : every) === 0;
  const due = (every: Interval) => progress.step === steps || isTime(every);
  // Not for being the last step, so that a longer run does the same.
  const look = async () => {
    if (isTime(options.validateEvery)) await options.look?.(signal);
  };
  const ends = () =>
    progress.step >= steps || signal?.aborted || hasStoppedEarly(progress, patience);
  let savedStep = progress.step;
  if (progress.owesValidation && !signal?.aborted) {
    await validate({ ...options, look });
    await options.save?.();
  }
  while (!ends()) {
    const learningRate = schedule(progress.step);
    setTrainingStep(model, progress.step * parts);
    const batch = await source.batch(progress.step);
    const loss = await trainStep(stepOptions, batch, learningRate);
    progress.step++;
    if (!Number.isFinite(loss)) {
      throw new RangeError(
        `training: the loss became ${loss} at step ${progress.step}, on ${samplesOf(batch)} and with the learning rate ${learningRate}; lower it, clip the gradients (\`clipNorm\`), or look at these images; what was saved before stays`,
      );
    }
    await options.onStep?.({ step: progress.step, loss, learningRate }, batch);
    const looks = options.validate !== undefined || options.look !== undefined;
    progress.owesValidation = looks && due(options.validateEvery);
    if (progress.owesValidation) await validate({ ...options, look });
    if (due(options.saveEvery)) {
      await options.save?.();
      savedStep = progress.step;
    }
    await nextTurn();
  }
  if (savedStep !== progress.step) await options.save?.();
  return progress;
}

function samplesOf({ count, ids }: Batch): string {
  return ids === undefined ? `${count} samples` : `the samples ${ids.join(', ')}`;
}

async function validate({
  average,
  progress,
  keepBest = 1,
  signal,
  ...hooks
}: TrainLoopOptions & { readonly look: () => Promise<void> }): Promise<void> {
  const run = async () => {
    await hooks.look();
    if (hooks.validate !== undefined) {
      const score = await hooks.validate(signal);
      const { best, rank } = withScore(progress.best, { step: progress.step, score }, keepBest);
      progress.best = best;
      progress.sinceBest = rank === 0 ? 0 : progress.sinceBest + 1;
      if (rank >= 0) await hooks.onBest?.(rank);
      await hooks.onScore?.(score, rank === 0);
    }
    progress.owesValidation = false;
  };
  try {
    await (average === undefined ? run() : average.during(run));
  } catch (error) {
    if (!signal?.aborted || error !== signal.reason) throw error;
  }
}
