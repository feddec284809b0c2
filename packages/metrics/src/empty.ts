/**
 * What a score is where a mask it needs is empty, so that its formula is 0/0:
 *
 * - `'skip'`: no value; a single score is `NaN`, a mean leaves the case out,
 * - `'zero'`: 0,
 * - `'one'`: 1,
 * - `'nan'`: `NaN`, and a mean that meets it is `NaN`,
 * - `'worst'`: the worst value of the score (0 for overlap, the diagonal of the image for distances).
 */
export type EmptyRule = 'skip' | 'zero' | 'one' | 'nan' | 'worst';

/**
 * One rule for all empty masks, or one for cases where prediction and truth are `both` empty
 * (nothing to find, nothing found) and another where only `one` is (a false alarm or a miss).
 */
export type EmptyPolicy = EmptyRule | { readonly both: EmptyRule; readonly one: EmptyRule };

const rules: readonly EmptyRule[] = ['skip', 'zero', 'one', 'nan', 'worst'];

/** The rule of `policy` for a case. */
export function emptyRule(policy: EmptyPolicy, bothEmpty: boolean): EmptyRule {
  const rule = typeof policy === 'object' ? policy?.[bothEmpty ? 'both' : 'one'] : policy;
  if (rules.includes(rule)) return rule;
  throw new RangeError(
    `\`empty\` must be one of ${rules.join(', ')}, or { both, one } of these, got ${JSON.stringify(policy)}`,
  );
}

/** The value that `rule` gives; `NaN` for `'skip'`. */
export function emptyValue(rule: EmptyRule, worst: number): number {
  if (rule === 'zero') return 0;
  if (rule === 'one') return 1;
  return rule === 'worst' ? worst : Number.NaN;
}
