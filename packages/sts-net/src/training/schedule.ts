import type { ScheduleConfig } from '../config/training-config.ts';

/**
 * The learning rate of a step. The cosine is PyTorch's CosineAnnealingLR in closed form, with T_max
 * the number of steps (or epochs) of the whole training:
 * `minimum + (initial − minimum)·(1 + cos(π·t / T_max)) / 2`.
 *
 * @param step counted from 0
 */
export function learningRateAt(
  schedule: ScheduleConfig,
  initial: number,
  step: number,
  { steps, stepsPerEpoch }: { readonly steps: number; readonly stepsPerEpoch: number },
): number {
  if (schedule.name === 'constant') return initial;
  const { minimumLearningRate: minimum, per } = schedule;
  const time = per === 'step' ? step : Math.floor(step / stepsPerEpoch);
  const end = per === 'step' ? steps : Math.ceil(steps / stepsPerEpoch);
  return minimum + ((initial - minimum) * (1 + Math.cos((Math.PI * time) / end))) / 2;
}
