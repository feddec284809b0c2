import { tiedDifferences } from './paired.ts';

export interface WilcoxonResult {
  /** The smaller of the rank sums of the positive and the negative differences. */
  readonly statistic: number;
  /** Two-sided, 0 … 1; 1 where all differences are 0. */
  readonly pValue: number;
  /** Cases with a difference; the others are left out. */
  readonly pairs: number;
  /** Whether p is from the exact distribution, as up to 50 pairs, or from the normal one. */
  readonly exact: boolean;
}

/**
 * Wilcoxon signed-rank test (1945) of two methods on the same cases. Differences of 0 are left out,
 * equal ones share their mean rank; what equal is, rounding aside, says `pairedDifferences`. Up to 50 pairs p is exact, with ties too; beyond it is from the
 * normal distribution, corrected for ties.
 *
 * @param a scores of one method, one a case
 * @param b scores of the other on the same cases
 * @throws RangeError where lengths differ or a score is not finite
 */
export function wilcoxonSignedRank(a: readonly number[], b: readonly number[]): WilcoxonResult {
  const differences = tiedDifferences(a, b, 'wilcoxonSignedRank')
    .filter((difference) => difference !== 0)
    .sort((x, y) => Math.abs(x) - Math.abs(y));
  const pairs = differences.length;
  if (pairs === 0) return { statistic: 0, pValue: 1, pairs, exact: true };

  /** Twice the ranks, so that shared ones are whole. */
  const ranks: number[] = [];
  let tied = 0;
  for (let from = 0; from < pairs; ) {
    let to = from + 1;
    while (to < pairs && Math.abs(differences[to]!) === Math.abs(differences[from]!)) to++;
    for (let i = from; i < to; i++) ranks.push(from + 1 + to);
    tied += (to - from) ** 3 - (to - from);
    from = to;
  }
  const total = pairs * (pairs + 1);
  const positive = ranks.reduce((sum, rank, i) => sum + (differences[i]! > 0 ? rank : 0), 0);
  const smaller = Math.min(positive, total - positive);
  const exact = pairs <= 50;
  const pValue = exact
    ? Math.min(1, 2 * shareUpTo(ranks, smaller))
    : 2 * normalTail((total / 4 - smaller / 2) / deviation(pairs, tied));
  return { statistic: smaller / 2, pValue, pairs, exact };
}

/** Share of all sign patterns whose positive ranks sum up to at most `limit`. */
function shareUpTo(ranks: readonly number[], limit: number): number {
  const shares = new Float64Array(limit + 1);
  shares[0] = 1;
  for (const rank of ranks) {
    for (let sum = limit; sum >= 0; sum--) {
      shares[sum] = (shares[sum]! + (sum >= rank ? shares[sum - rank]! : 0)) / 2;
    }
  }
  return shares.reduce((sum, share) => sum + share, 0);
}

function deviation(pairs: number, tied: number): number {
  return Math.sqrt((pairs * (pairs + 1) * (2 * pairs + 1) - tied / 2) / 24);
}

/** P(Z > z) of a standard normal variable for z ≥ 0, by the continued fraction or series of erfc. */
function normalTail(z: number): number {
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z < 3) {
    let term = z;
    let sum = z;
    for (let k = 1; Math.abs(term) > 1e-17 * Math.abs(sum); k++) {
      term *= (z * z) / (2 * k + 1);
      sum += term;
    }
    return 0.5 - density * sum;
  }
  let fraction = z;
  for (let k = 200; k > 0; k--) fraction = z + k / fraction;
  return density / fraction;
}
