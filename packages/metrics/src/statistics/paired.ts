import { checkPaired } from './groups.ts';

/**
 * What scores may differ by, of the largest of them, and count as equal: decimals such as 0.1 are no
 * binary fractions, so that 0.3 − 0.2 and 0.2 − 0.1 differ by a rounding error, and means of many by
 * some more.
 */
const rounding = 1e-12;

/** The difference up to which values of the size of `values` count as equal. */
export function tieTolerance(...lists: readonly (readonly number[])[]): number {
  let largest = 0;
  for (const values of lists) {
    for (const value of values) largest = Math.max(largest, Math.abs(value));
  }
  return rounding * largest;
}

/**
 * The differences a − b of two methods on the same cases, as `permutationTest` and `wilcoxonSignedRank`
 * take them: those of at most 1e-12 of the largest score are 0, and those whose sizes differ by no
 * more than that from the next smaller one's are of one size.
 *
 * @param a scores of one method, one a case
 * @param b scores of the other on the same cases
 * @throws RangeError where lengths differ or a score is not finite
 */
export function pairedDifferences(a: readonly number[], b: readonly number[]): number[] {
  return tiedDifferences(a, b, 'pairedDifferences');
}

/** `pairedDifferences` on behalf of `caller`. */
export function tiedDifferences(
  a: readonly number[],
  b: readonly number[],
  caller: string,
): number[] {
  checkPaired(a, b, caller);
  const tolerance = tieTolerance(a, b);
  const differences = a.map((value, i) => value - b[i]!);
  const bySize = differences
    .map((_, i) => i)
    .sort((i, j) => Math.abs(differences[i]!) - Math.abs(differences[j]!));
  let [size, last] = [0, 0];
  for (const i of bySize) {
    const own = Math.abs(differences[i]!);
    if (own - last > tolerance) size = own;
    last = own;
    differences[i] = size * Math.sign(differences[i]!) + 0;
  }
  return differences;
}
