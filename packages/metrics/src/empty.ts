/**
 * What a score is where a mask it needs is empty, so that its formula is 0/0:
 *
 * - `'best'`: the best value of the score (1 for overlap, 0 for distances),
 * - `'worst'`: its worst value (0 for overlap, the diagonal of the image or `penalty` for distances),
 * - `'skip'`: no value; a single score is `NaN`, a mean leaves the case out,
 * - `'zero'`: 0,
 * - `'one'`: 1,
 * - `'nan'`: `NaN`, and a mean that meets it is `NaN`.
 */
export type EmptyRule = 'best' | 'worst' | 'skip' | 'zero' | 'one' | 'nan';

/**
 * One rule for all empty masks, or one for cases where prediction and truth are `both` empty
 * (nothing to find, nothing found) and another where only `one` is (a false alarm or a miss).
 */
export type EmptyPolicy = EmptyRule | { readonly both: EmptyRule; readonly one: EmptyRule };

/**
 * Finding nothing where there is nothing scores best, a miss or a false alarm worst, so that neither
 * vanishes from a mean: the rule of the BraTS challenges.
 */
export const defaultEmpty: EmptyPolicy = { both: 'best', one: 'worst' };

/** The values that a score has at its ends. */
export interface Extremes {
  readonly best: number;
  readonly worst: number;
}

/** Those of shares from 0 to 1. */
export const share: Extremes = { best: 1, worst: 0 };

/** The rule of `policy` for a case. */
export function emptyRule(policy: EmptyPolicy, bothEmpty: boolean): EmptyRule {
  const rule = typeof policy === 'object' ? policy?.[bothEmpty ? 'both' : 'one'] : policy;
  const values = ruled(share);
  if (Object.hasOwn(values, rule)) return rule;
  throw new RangeError(
    `\`empty\` must be one of ${Object.keys(values).join(', ')}, or { both, one } of these, got ${JSON.stringify(policy)}`,
  );
}

/** The value that `rule` gives; `NaN` for `'skip'`. */
export function emptyValue(rule: EmptyRule, ends: Extremes): number {
  return ruled(ends)[rule];
}

function ruled({ best, worst }: Extremes): Readonly<Record<EmptyRule, number>> {
  return { best, worst, skip: Number.NaN, zero: 0, one: 1, nan: Number.NaN };
}
