import { bootstrapInterval, type Interval, seededRandom } from '@sts-net/metrics/statistics';

export interface IntervalOptions {
  /** Of the bootstrap. @default 0 */
  readonly seed?: number | undefined;
  /** Bootstrap resamples. @default 10000 */
  readonly resamples?: number | undefined;
}

/**
 * Intervals of several statistics of the same resamples of cases; patients are drawn whole.
 *
 * @param patients whose each case is, at least one
 * @param statistics of the cases, each counted as often as it was drawn
 */
export function intervalsOf<Name extends string>(
  patients: readonly string[],
  statistics: (times: Uint32Array) => Readonly<Record<Name, number>>,
  { seed = 0, resamples = 10_000 }: IntervalOptions,
): Readonly<Record<Name, Interval>> {
  const times = new Uint32Array(patients.length);
  const computed: Readonly<Record<Name, number>>[] = [];
  const compute = (drawn: readonly number[]): Readonly<Record<Name, number>> => {
    times.fill(0);
    for (const i of drawn) times[i]!++;
    return statistics(times);
  };
  const all = [...patients.keys()];
  // The same seed draws the same resamples in the same order: each is counted once for all statistics.
  const intervalOf = (of: (drawn: readonly number[]) => number): Interval =>
    bootstrapInterval(all, {
      ...{ groups: patients, resamples, random: seededRandom(seed) },
      statistic: of,
    });
  const names = Object.keys(compute(all)) as Name[];
  return Object.fromEntries(
    names.map((name, n) => {
      let draw = 0;
      const interval = intervalOf((drawn) => {
        if (n === 0) computed.push(compute(drawn));
        return computed[draw++]![name];
      });
      return [name, interval];
    }),
  ) as Record<Name, Interval>;
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
