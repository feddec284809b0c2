import { checkOptions } from '../check-options.ts';
import { type EmptyRule, emptyRule, emptyValue } from '../empty.ts';
import type { Labels } from '../grid.ts';
import {
  checkClasses,
  eachRated,
  kappaEnds,
  type RatingOptions,
  ratingOptionNames,
} from './ratings.ts';

/** The ratings of several raters, of one case or of several added up. Plain data. */
export interface FleissCounts {
  readonly raters: number;
  /** Elements that all rated. */
  readonly elements: number;
  /** How often each rating was given. */
  readonly totals: readonly number[];
  /** Over all elements, the ordered pairs of raters that gave the same rating. */
  readonly agreeingPairs: number;
}

/**
 * Counts the ratings of two raters or more, for `fleissKappa`.
 *
 * @param raters labels 0 … classes − 1 of each rater, of one shape
 * @throws RangeError where there are fewer than two raters, their shapes differ, or a rating is negative,
 *   fractional, NaN or beyond the classes; the message names the case
 */
export function fleissCounts(raters: readonly Labels[], options: RatingOptions = {}): FleissCounts {
  const where = checkOptions('fleissCounts', options, ratingOptionNames);
  if (!(raters.length >= 2)) {
    throw new RangeError(`${where} needs at least two raters, got ${raters.length}`);
  }
  const { classes = 2 } = options;
  checkClasses(classes, where);
  const totals = new Array<number>(classes).fill(0);
  let [elements, agreeingPairs] = [0, 0];
  eachRated(raters, options, where, (ratings) => {
    elements++;
    for (let a = 0; a < ratings.length; a++) {
      totals[ratings[a]!]!++;
      for (let b = 0; b < a; b++) if (ratings[a] === ratings[b]) agreeingPairs += 2;
    }
  });
  return { raters: raters.length, elements, totals, agreeingPairs };
}

/**
 * Adds the counts of cases up.
 *
 * @throws RangeError where there is no case or their numbers of raters or classes differ
 */
export function poolFleiss(cases: Iterable<FleissCounts>): FleissCounts {
  const [first, ...others] = cases;
  if (first === undefined) throw new RangeError('`poolFleiss` needs at least one case, got none');
  return others.reduce((sum, one, k) => {
    if (one.raters !== sum.raters || one.totals.length !== sum.totals.length) {
      throw new RangeError(
        `\`poolFleiss\`: all cases must have ${sum.raters} raters and ${sum.totals.length} classes as the first, got ${one.raters} and ${one.totals.length} at ${k + 1}`,
      );
    }
    return {
      raters: sum.raters,
      elements: sum.elements + one.elements,
      totals: sum.totals.map((total, rating) => total + one.totals[rating]!),
      agreeingPairs: sum.agreeingPairs + one.agreeingPairs,
    };
  }, first);
}

export interface FleissKappaOptions {
  /** What kappa is where all gave one and the same rating throughout. @default 'skip' */
  readonly empty?: EmptyRule;
}

/**
 * Fleiss' kappa, −1 … 1: the agreement of several raters beyond chance (Fleiss 1971). Undefined where
 * all gave one and the same rating throughout, or nothing.
 */
export function fleissKappa(counts: FleissCounts, options: FleissKappaOptions = {}): number {
  checkOptions('fleissKappa', options, 'empty');
  const { raters, elements, totals, agreeingPairs } = counts;
  const given = elements * raters;
  const observed = agreeingPairs / (given * (raters - 1));
  const expected = totals.reduce((sum, total) => sum + (total / given) ** 2, 0);
  if (expected < 1) return (observed - expected) / (1 - expected);
  return emptyValue(emptyRule(options.empty ?? 'skip', true), kappaEnds);
}
