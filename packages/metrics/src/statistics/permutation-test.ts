import { checkOptions } from '../check-options.ts';
import { checkCount, membersOf } from './groups.ts';
import { tiedDifferences, tieTolerance } from './paired.ts';
import { type Random, seededRandom } from './random.ts';

export interface PermutationTestOptions {
  /** The group of each case, e.g. its patient: groups change sides whole. @default each its own */
  readonly groups?: readonly string[];
  /** All exchanges are tried where they are no more than this, else so many random ones. @default 10000 */
  readonly permutations?: number;
  /** @default seededRandom(0), so that the same values give the same p */
  readonly random?: Random;
}

export interface PermutationTestResult {
  /** Mean of a − b. */
  readonly difference: number;
  /** Two-sided, above 0 up to 1. */
  readonly pValue: number;
  /** Whether all exchanges were tried. */
  readonly exact: boolean;
}

/**
 * Paired permutation test (Fisher 1935): how often the mean difference of two methods on the same
 * cases would be as far from 0 if in each group the two were exchanged at random. Mean differences within
 * 1e-12 of the largest score are equal, as in `pairedDifferences`.
 *
 * @param a scores of one method, one a case
 * @param b scores of the other on the same cases
 * @throws RangeError where lengths differ, a score is not finite, or an option does not fit
 */
export function permutationTest(
  a: readonly number[],
  b: readonly number[],
  options: PermutationTestOptions = {},
): PermutationTestResult {
  const { groups, permutations = 10_000, random = seededRandom(0) } = options;
  checkOptions('permutationTest', options, 'groups permutations random');
  const differences = tiedDifferences(a, b, 'permutationTest');
  checkCount(permutations, 'permutations', 'permutationTest');
  const sums = membersOf(a.length, groups, 'permutationTest').map((members) =>
    members.reduce((sum, i) => sum + differences[i]!, 0),
  );
  const observed = sums.reduce((total, sum) => total + sum, 0);
  /** Sums that are equal but for the rounding of each score count as equal. */
  const bar = Math.abs(observed) - a.length * tieTolerance(a, b);
  const exact = 2 ** sums.length <= permutations;
  const tried = exact ? 2 ** sums.length : permutations;
  let asFar = 0;
  for (let k = 0; k < tried; k++) {
    let total = 0;
    for (const [g, sum] of sums.entries()) {
      const exchanged = exact ? (k >> g) & 1 : random() < 0.5;
      total += exchanged ? -sum : sum;
    }
    if (Math.abs(total) >= bar) asFar++;
  }
  return {
    difference: observed / a.length,
    // Of random exchanges, the one observed is counted in: p is never 0 (Phipson & Smyth 2010).
    pValue: exact ? asFar / tried : (asFar + 1) / (tried + 1),
    exact,
  };
}
