import { checkOneOf, checkOptions } from '../check-options.ts';
import { type EmptyRule, emptyRule, emptyValue } from '../empty.ts';
import type { Labels } from '../grid.ts';
import {
  checkClasses,
  eachRated,
  kappaEnds,
  type RatingOptions,
  ratingOptionNames,
} from './ratings.ts';

/** How often two raters gave which two ratings, of one case or of several added up. Plain data. */
export interface CohenCounts {
  /** Row: the rating of the one; column: that of the other. */
  readonly matrix: readonly (readonly number[])[];
}

/**
 * Counts the ratings of two raters, for `cohenKappa`.
 *
 * @param one labels 0 … classes − 1, any shape
 * @param other labels of the same shape
 * @throws RangeError where shapes differ or a rating is negative, fractional, NaN or beyond the classes;
 *   the message names the case
 */
export function cohenCounts(one: Labels, other: Labels, options: RatingOptions = {}): CohenCounts {
  const where = checkOptions('cohenCounts', options, ratingOptionNames);
  const { classes = 2 } = options;
  checkClasses(classes, where);
  const flat = new Float64Array(classes * classes);
  eachRated([one, other], options, where, ([a, b]) => {
    flat[a! * classes + b!]!++;
  });
  return { matrix: square(classes, (a, b) => flat[a * classes + b]!) };
}

/**
 * Adds the counts of cases up.
 *
 * @throws RangeError where there is no case or their numbers of classes differ
 */
export function poolCohen(cases: Iterable<CohenCounts>): CohenCounts {
  const all = [...cases];
  const classes = all[0]?.matrix.length;
  if (classes === undefined) throw new RangeError('`poolCohen` needs at least one case, got none');
  const odd = all.findIndex(({ matrix }) => matrix.length !== classes);
  if (odd >= 0) {
    throw new RangeError(
      `\`poolCohen\`: all cases must have ${classes} classes as the first, got ${all[odd]!.matrix.length} at ${odd}`,
    );
  }
  return {
    matrix: square(classes, (a, b) => all.reduce((sum, { matrix }) => sum + matrix[a]![b]!, 0)),
  };
}

export interface CohenKappaOptions {
  /**
   * What a difference of two ratings costs: the same for all; how far they lie apart, or its square, for
   * ratings in an order. @default 'equal'
   */
  readonly weights?: 'equal' | 'linear' | 'quadratic';
  /** What kappa is where both gave one and the same rating throughout. @default 'skip' */
  readonly empty?: EmptyRule;
}

/**
 * Cohen's kappa, −1 … 1: the agreement of two raters beyond chance, 1 − observed / expected
 * disagreement (Cohen 1960; weighted, Cohen 1968). Undefined where both gave one and the same rating
 * throughout, or nothing.
 */
export function cohenKappa(counts: CohenCounts, options: CohenKappaOptions = {}): number {
  checkOptions('cohenKappa', options, 'weights empty');
  const { weights = 'equal', empty = 'skip' } = options;
  checkOneOf(weights, 'weights', ['equal', 'linear', 'quadratic'], '`cohenKappa`');
  const { matrix } = counts;
  const rows = matrix.map((row) => row.reduce((sum, count) => sum + count, 0));
  const columns = matrix.map((_, b) => matrix.reduce((sum, row) => sum + row[b]!, 0));
  const total = rows.reduce((sum, count) => sum + count, 0);
  let [observed, expected] = [0, 0];
  for (const [a, row] of matrix.entries()) {
    for (const [b, count] of row.entries()) {
      const apart = Math.abs(a - b);
      const cost = { equal: Math.min(apart, 1), linear: apart, quadratic: apart * apart }[weights];
      observed += cost * count;
      expected += (cost * rows[a]! * columns[b]!) / total;
    }
  }
  // A rating throughout of each rater, but not the same, is expected to disagree as it does: 0.
  if (expected > 0) return 1 - observed / expected;
  return emptyValue(emptyRule(empty, true), kappaEnds);
}

function square(size: number, at: (a: number, b: number) => number): number[][] {
  return Array.from({ length: size }, (_, a) => Array.from({ length: size }, (__, b) => at(a, b)));
}
