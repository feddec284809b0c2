import { nextTurn } from '@sts-net/inference';
import { trainableWeights } from '@sts-net/model';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Loss, type LossName, lossOf } from '../losses/losses.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { BatchSource } from '../samples/batch.ts';
import type { Schedule } from '../schedules/schedules.ts';
import { setTrainingStep, trainStep } from './train-step.ts';

/** What a finished step reports. */
export interface StepRecord {
  /** Steps finished, from 1. */
  readonly step: number;
  /** Before the step. */
  readonly loss: number;
  readonly learningRate: number;
}

/** Where a run stands; with the weights and the optimizer's slots it is all that resuming needs. */
export interface Progress {
  /** Steps finished. */
  step: number;
  bestStep: number | null;
  bestScore: number | null;
}

/** What the loop calls between steps; it waits for each. */
interface LoopHooks {
  readonly onStep?: (record: StepRecord) => void | Promise<void>;
  /** Scores the model; larger is better. Not called without a validation split. */
  readonly validate?: () => Promise<number>;
  readonly onScore?: (score: number, best: boolean) => Promise<void>;
  /** Called when a validation is better than all before. */
  readonly onBest?: () => Promise<void>;
  readonly save?: () => Promise<void>;
}

/** When something is done: every so many steps, or after each pass over the samples. */
export type Interval = number | 'epoch';

export interface TrainLoopOptions extends LoopHooks {
  readonly model: LayersModel;
  readonly source: BatchSource;
  /** Length of the whole training. */
  readonly steps: number;
  readonly loss: LossName | Loss;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  readonly validateEvery: Interval;
  readonly saveEvery: Interval;
  /** Where to go on from; mutated. */
  readonly progress: Progress;
  /** When aborted, the loop finishes the step, saves and returns. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Trains until the configured end or until `signal` aborts.
 *
 * @throws RangeError when the loss is not finite; the last saved checkpoint is then untouched.
 */
export async function trainLoop(options: TrainLoopOptions): Promise<Progress> {
  const { model, source, steps, optimizer, schedule, progress, signal } = options;
  const { stepsPerEpoch } = source;
  const variables = trainableWeights(model).map(({ variable }) => variable);
  const loss = lossOf(options.loss);
  const due = (every: Interval) =>
    progress.step === steps || progress.step % (every === 'epoch' ? stepsPerEpoch : every) === 0;
  let savedStep = progress.step;
  while (progress.step < steps && !signal?.aborted) {
    const learningRate = schedule(progress.step);
    setTrainingStep(model, progress.step);
    const batch = await source.batch(progress.step);
    const scalar = trainStep(model, variables, optimizer, loss, batch, learningRate);
    const [value = Number.NaN] = await scalar.data();
    scalar.dispose();
    progress.step++;
    if (!Number.isFinite(value)) {
      throw new RangeError(
        `training: the loss became ${value} at step ${progress.step}; lower \`training.optimizer.learningRate\` or check the images for NaN`,
      );
    }
    await options.onStep?.({ step: progress.step, loss: value, learningRate });
    if (options.validate !== undefined && due(options.validateEvery)) {
      const score = await options.validate();
      const best = progress.bestScore === null || score > progress.bestScore;
      if (best) {
        progress.bestScore = score;
        progress.bestStep = progress.step;
        await options.onBest?.();
      }
      await options.onScore?.(score, best);
    }
    if (due(options.saveEvery)) {
      await options.save?.();
      savedStep = progress.step;
    }
    await nextTurn();
  }
  if (savedStep !== progress.step) await options.save?.();
  return progress;
}
