/** A validation that is among the best. */
export interface Scored {
  /** Steps finished. */
  readonly step: number;
  readonly score: number;
}

/**
 * The best of those before and one more, best first; among equals the earlier comes first.
 *
 * @param most how many are kept
 * @returns `rank`: the place of the new one, from 0; −1 where it is not kept
 * @throws RangeError for a score that is not finite
 */
export function withScore(
  best: readonly Scored[],
  one: Scored,
  most: number,
): { readonly best: readonly Scored[]; readonly rank: number } {
  if (!Number.isFinite(one.score)) {
    throw new RangeError(
      `training: the score of the validation at step ${one.step} must be a finite number, got ${one.score}; give the score a rule for what it is not defined on`,
    );
  }
  const found = best.findIndex(({ score }) => one.score > score);
  const rank = found < 0 ? best.length : found;
  if (rank >= most) return { best, rank: -1 };
  return { best: best.toSpliced(rank, 0, one).slice(0, most), rank };
}
