import type { StoredTensor } from '@sts-net/model';
import type * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { WeightAverage, type WeightAverageOptions } from '../averages/weight-average.ts';
import { createLoss, type LossChoice } from '../losses/losses.ts';
import { type Frozen, freeze } from '../optimizers/freeze.ts';
import type { OptimizerSpec } from '../optimizers/optimizer.ts';
import { createOptimizer, type OptimizerConfig } from '../optimizers/optimizers.ts';
import { groupWeights, type WeightGroupOptions } from '../optimizers/weight-groups.ts';
import type { Schedule, ScheduleSpec, TrainingLength } from '../schedules/schedule.ts';
import { createSchedule, type ScheduleConfig } from '../schedules/schedules.ts';
import type { StepOptions } from './train-step.ts';

/** How a network is trained, as configs say it; what is left out is as in `StepOptions`. */
export interface TrainingSettings
  extends Pick<StepOptions, 'parts' | 'outputWeights' | 'clipNorm'> {
  readonly loss: LossChoice;
  readonly optimizer: OptimizerConfig & WeightGroupOptions & { readonly learningRate: number };
  readonly schedule: ScheduleConfig;
  /** Follows the weights with an average, which is validated and kept. @default none */
  readonly average?: WeightAverageOptions | undefined;
  /** What stays as it is; the layers stay frozen after the training. @default nothing */
  readonly freeze?: readonly Frozen[] | undefined;
}

/** Parts of one's own, in place of those that the settings name. */
export interface OwnTrainingParts {
  readonly loss?: LossChoice | undefined;
  readonly optimizer?: OptimizerSpec | undefined;
  readonly schedule?: ScheduleConfig | ScheduleSpec | Schedule | undefined;
}

/** What steps are made with, ready to go, and what it remembers from step to step. */
export interface Training extends StepOptions {
  readonly schedule: Schedule;
  /**
   * What resuming needs beside the weights and `Progress`: `optimizer/…` and `average/…`; the tensors
   * stay its own.
   */
  state(): ReadonlyMap<string, tf.Tensor>;
  /**
   * Takes over what `state` gave after a number of steps.
   *
   * @throws RangeError naming what is missing
   */
  restore(step: number, state: ReadonlyMap<string, StoredTensor>): void;
  /** Runs `work` while the model has the averaged weights, or its own where there is no average. */
  averaged<T>(work: () => Promise<T>): Promise<T>;
  dispose(): void;
}

/**
 * Makes what a training of `model` needs.
 *
 * @throws RangeError for names that are not there, and for options that do not fit the model
 */
export function createTraining(
  model: LayersModel,
  settings: TrainingSettings,
  length: TrainingLength,
  own: OwnTrainingParts = {},
): Training {
  const { parts, outputWeights, clipNorm } = settings;
  const { learningRate, decay, encoderRate } = settings.optimizer;
  const loss = createLoss(own.loss ?? settings.loss);
  const schedule = createSchedule(own.schedule ?? settings.schedule, learningRate, length);
  freeze(model, settings.freeze ?? []);
  const optimizer = createOptimizer(
    own.optimizer ?? settings.optimizer,
    groupWeights(model, { decay, encoderRate }),
  );
  const average =
    settings.average === undefined ? undefined : new WeightAverage(model, settings.average);
  const stateful = { optimizer, ...(average && { average }) };
  return {
    ...{ model, loss, optimizer, average, schedule, parts, outputWeights, clipNorm },
    state: () =>
      new Map(
        Object.entries(stateful).flatMap(([kind, one]) =>
          [...one.state()].map(([name, tensor]) => [`${kind}/${name}`, tensor] as const),
        ),
      ),
    restore(step, state) {
      const of = (kind: string) =>
        new Map(
          [...state].flatMap(([name, tensor]) =>
            name.startsWith(`${kind}/`) ? [[name.slice(kind.length + 1), tensor] as const] : [],
          ),
        );
      optimizer.restore(step, of('optimizer'));
      average?.restore(of('average'));
    },
    averaged: (work) => (average === undefined ? work() : average.during(work)),
    dispose() {
      optimizer.dispose();
      average?.dispose();
    },
  };
}
