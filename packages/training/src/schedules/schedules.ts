import { specOf } from '../spec/spec-of.ts';
import {
  type CosineOptions,
  constant,
  cosine,
  type PolynomialOptions,
  polynomial,
} from './decays.ts';
import { type OneCycleOptions, oneCycle } from './one-cycle.ts';
import type { Schedule, ScheduleSpec, TrainingLength } from './schedule.ts';
import { type WarmupOptions, warmUp } from './warmup.ts';

/** The options of each schedule, as data. */
export interface ScheduleOptions {
  readonly constant: object;
  readonly cosine: CosineOptions;
  readonly polynomial: PolynomialOptions;
  readonly 'one-cycle': OneCycleOptions;
}

export type ScheduleName = keyof ScheduleOptions;

/** A schedule as data: its name with its options, and what comes before it. */
export type ScheduleConfig = {
  readonly [Name in ScheduleName]: { readonly name: Name } & ScheduleOptions[Name];
}[ScheduleName] & {
  /** @default none */
  readonly warmup?: WarmupOptions | undefined;
};

/** The schedules by name. */
export const schedules: { readonly [Name in ScheduleName]: ScheduleSpec<ScheduleOptions[Name]> } = {
  constant,
  cosine,
  polynomial,
  'one-cycle': oneCycle,
};

/**
 * The schedule that a config, a spec or a function of one's own stands for.
 *
 * @throws RangeError for a name that is not there, listing those that are, and for an impossible warm-up
 */
export function createSchedule(
  schedule: ScheduleConfig | ScheduleSpec | Schedule,
  initial: number,
  length: TrainingLength,
): Schedule {
  if (typeof schedule === 'function') return schedule;
  if (!('name' in schedule)) return schedule.create(initial, length, {});
  const { name, warmup, ...options } = schedule;
  const spec = specOf('schedule', schedules as Readonly<Record<string, ScheduleSpec>>, name);
  const after = (left: TrainingLength) => spec.create(initial, left, options);
  return warmup === undefined ? after(length) : warmUp(initial, length, warmup, after);
}
