import type { Schedule, ScheduleSpec, TrainingLength } from './schedule.ts';

/** The rate stays what it is. */
export const constant: ScheduleSpec = { create: (initial) => () => initial };

/** What schedules have that fall to a minimum over the whole training. */
export interface DecayOptions {
  readonly minimumLearningRate: number;
  /** When the rate changes. */
  readonly per: 'epoch' | 'step';
}

/** Half a cosine from the learning rate to the minimum. */
export type CosineOptions = DecayOptions;

/** A power of the share of the training that is left. */
export interface PolynomialOptions extends DecayOptions {
  readonly power: number;
}

/**
 * PyTorch's `CosineAnnealingLR` in closed form, T being the steps (or epochs) of the whole training:
 * `minimum + (initial − minimum)·(1 + cos(π·t / T)) / 2`.
 */
export const cosine: ScheduleSpec<CosineOptions> = {
  create: (initial, length, options) =>
    decay(initial, length, options, (share) => (1 + Math.cos(Math.PI * share)) / 2),
};

/** PyTorch's `PolynomialLR`, with a minimum: `minimum + (initial − minimum)·(1 − t / T)^power`. */
export const polynomial: ScheduleSpec<PolynomialOptions> = {
  create: (initial, length, options) =>
    decay(initial, length, options, (share) => (1 - share) ** options.power),
};

function decay(
  initial: number,
  { steps, stepsPerEpoch }: TrainingLength,
  { minimumLearningRate: minimum, per }: DecayOptions,
  left: (share: number) => number,
): Schedule {
  const end = per === 'step' ? steps : Math.ceil(steps / stepsPerEpoch);
  return (step) => {
    const time = per === 'step' ? step : Math.floor(step / stepsPerEpoch);
    return minimum + (initial - minimum) * left(time / end);
  };
}
