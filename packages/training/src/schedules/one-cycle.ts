import type { ScheduleSpec } from './schedule.ts';

/** A rise to the learning rate and a longer fall to nearly nothing. */
export interface OneCycleOptions {
  /** Share of the training in which the rate rises, 0 … 1. */
  readonly rise: number;
  /** The rate begins at the learning rate divided by this. */
  readonly divisor: number;
  /** It ends at the rate that it began with, divided by this. */
  readonly finalDivisor: number;
  /** The form of rise and fall. */
  readonly form: 'cosine' | 'linear';
}

/**
 * PyTorch's `OneCycleLR` (Smith & Topin 2019) in its two-phase form, step by step: the optimiser's
 * learning rate is the largest.
 */
export const oneCycle: ScheduleSpec<OneCycleOptions> = {
  create(largest, { steps }, { rise, divisor, finalDivisor, form }) {
    const first = largest / divisor;
    const last = first / finalDivisor;
    const top = rise * steps - 1;
    const end = steps - 1;
    const between = (from: number, to: number, share: number) =>
      form === 'linear'
        ? from + (to - from) * share
        : to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;
    // A phase without a step is over.
    const share = (passed: number, whole: number) => (whole > 0 ? passed / whole : 1);
    return (step) =>
      step <= top
        ? between(first, largest, share(step, top))
        : between(largest, last, share(step - top, end - top));
  },
};
