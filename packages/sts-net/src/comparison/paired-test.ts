import {
  holm,
  type Interval,
  pairedDifferences,
  permutationTest,
  seededRandom,
} from '@sts-net/metrics/statistics';
import { type IntervalOptions, meanInterval } from '../scoring/mean-interval.ts';

/** How far one method's values are from another's on the same cases. */
export interface PairedTest {
  /** Mean of b − a with its bootstrap interval; patients are drawn whole. */
  readonly difference: Interval;
  /** Patients exchanged whole between the methods; `NaN` without cases. */
  readonly pValue: number;
}

/**
 * Tests one method's values against another's.
 *
 * @param groups whose each case is
 */
export function pairedTest(
  a: readonly number[],
  b: readonly number[],
  groups: readonly string[],
  { seed = 0, resamples = 10_000 }: IntervalOptions,
): PairedTest {
  if (groups.length === 0) {
    return { difference: meanInterval([], [], { resamples }), pValue: Number.NaN };
  }
  const random = seededRandom(seed);
  return {
    difference: meanInterval(pairedDifferences(b, a), groups, { seed, resamples }),
    pValue: permutationTest(b, a, { groups, permutations: resamples, random }).pValue,
  };
}

/** Holm's correction of those p-values that are numbers. */
export function correctedByHolm(pValues: readonly number[]): readonly number[] {
  const corrected = holm(pValues.filter((p) => !Number.isNaN(p)));
  return pValues.map((p) => (Number.isNaN(p) ? Number.NaN : corrected.shift()!));
}
