import type { Schedule, TrainingLength } from './schedule.ts';

/** A rise of the learning rate before a schedule begins; its length in steps or in epochs. */
export interface WarmupOptions {
  readonly steps?: number | undefined;
  readonly epochs?: number | undefined;
  /** Where it begins, as a share of the learning rate. */
  readonly from: number;
}

/**
 * PyTorch's `LinearLR` from `from·initial` to the learning rate, step by step, then the schedule over
 * what is left of the training (`SequentialLR`).
 *
 * @throws RangeError unless it has one length, shorter than the training
 */
export function warmUp(
  initial: number,
  length: TrainingLength,
  { steps, epochs, from }: WarmupOptions,
  after: (length: TrainingLength) => Schedule,
): Schedule {
  const { stepsPerEpoch } = length;
  if ((steps === undefined) === (epochs === undefined)) {
    throw new RangeError('schedule: `warmup` must have either `steps` or `epochs`');
  }
  const rise = steps ?? epochs! * stepsPerEpoch;
  if (!(rise < length.steps)) {
    throw new RangeError(
      `schedule: \`warmup\` must be shorter than the training of ${length.steps} steps, got ${rise}`,
    );
  }
  const schedule = after({ steps: length.steps - rise, stepsPerEpoch });
  return (step) =>
    step < rise ? initial * (from + (1 - from) * (step / rise)) : schedule(step - rise);
}
