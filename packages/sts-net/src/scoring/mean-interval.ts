import { bootstrapInterval, type Interval, seededRandom } from '@sts-net/metrics/statistics';

export interface IntervalOptions {
  /** Of the bootstrap. @default 0 */
  readonly seed?: number | undefined;
  /** Bootstrap resamples. @default 10000 */
  readonly resamples?: number | undefined;
}

/**
 * The mean of cases' values with its bootstrap interval; patients are drawn whole.
 *
 * @param patients whose each value is
 * @returns `NaN`s where there is no value
 */
export function meanInterval(
  values: readonly number[],
  patients: readonly string[],
  { seed = 0, resamples = 10_000 }: IntervalOptions,
): Interval {
  if (values.length > 0) {
    return bootstrapInterval(values, { groups: patients, resamples, random: seededRandom(seed) });
  }
  const ends = { estimate: Number.NaN, low: Number.NaN, high: Number.NaN };
  return { ...ends, confidence: 0.95, undefinedResamples: resamples };
}
