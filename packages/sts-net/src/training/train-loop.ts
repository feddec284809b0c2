import type { LayersModel } from '@tensorflow/tfjs-layers';
import { trainableWeights } from '../checkpoint/model-weights.ts';
import type { TrainingConfig } from '../config/training-config.ts';
import type { BatchSource } from '../data/batch.ts';
import { AdamW } from './adamw.ts';
import { losses } from './losses.ts';
import { learningRateAt } from './schedule.ts';
import { setDropoutStep, trainStep } from './train-step.ts';

/** What a finished step reports. */
interface StepRecord {
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

export interface TrainLoopOptions extends LoopHooks {
  readonly model: LayersModel;
  readonly source: BatchSource;
  readonly training: TrainingConfig;
  /** Where to go on from; mutated. */
  readonly progress: Progress;
  readonly optimizer: AdamW;
  /** When aborted, the loop finishes the step, saves and returns. */
  readonly signal?: AbortSignal | undefined;
}

/** The number of steps that a training takes. */
export function totalSteps({ steps, epochs }: TrainingConfig, stepsPerEpoch: number): number {
  return steps ?? (epochs ?? 0) * stepsPerEpoch;
}

/** A new optimizer for the model. */
export function createOptimizer(model: LayersModel, { optimizer }: TrainingConfig): AdamW {
  return new AdamW(trainableWeights(model), optimizer);
}

/**
 * Trains until the configured end or until `signal` aborts.
 *
 * @throws RangeError when the loss is not finite; the last saved checkpoint is then untouched.
 */
export async function trainLoop(options: TrainLoopOptions): Promise<Progress> {
  const { model, source, training, progress, optimizer, signal } = options;
  const { stepsPerEpoch } = source;
  const steps = totalSteps(training, stepsPerEpoch);
  const variables = trainableWeights(model).map(({ variable }) => variable);
  const loss = losses[training.loss];
  const due = (every: number | 'epoch') =>
    progress.step === steps || progress.step % (every === 'epoch' ? stepsPerEpoch : every) === 0;
  let savedStep = progress.step;
  while (progress.step < steps && !signal?.aborted) {
    const learningRate = learningRateAt(
      training.schedule,
      training.optimizer.learningRate,
      progress.step,
      { steps, stepsPerEpoch },
    );
    setDropoutStep(model, progress.step);
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
    if (options.validate !== undefined && due(training.validation.every)) {
      const score = await options.validate();
      const best = progress.bestScore === null || score > progress.bestScore;
      if (best) {
        progress.bestScore = score;
        progress.bestStep = progress.step;
        await options.onBest?.();
      }
      await options.onScore?.(score, best);
    }
    if (due(training.saveEvery)) {
      await options.save?.();
      savedStep = progress.step;
    }
    // Signals are delivered between turns of the event loop, which synchronous backends never leave.
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (savedStep !== progress.step) await options.save?.();
  return progress;
}
