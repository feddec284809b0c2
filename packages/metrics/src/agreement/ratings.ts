import { denseLabels, type Labels, position } from '../grid.ts';

export interface RatingOptions {
  /** Number of categories; ratings are 0 … classes − 1. @default 2 */
  readonly classes?: number;
  /** Rating that stands for none: elements where any rater gave it are left out. @default none */
  readonly ignoreIndex?: number;
  /** Name of the case, for messages. @default none */
  readonly id?: string;
}

export const ratingOptionNames = 'classes ignoreIndex id';

/**
 * Goes through the elements that raters rated, on behalf of the function and case that `where` names.
 *
 * @param visit gets the ratings of an element, one a rater, in an array that is used again
 * @throws RangeError where shapes differ or a rating is no category
 */
export function eachRated(
  raters: readonly Labels[],
  { classes = 2, ignoreIndex }: RatingOptions,
  where: string,
  visit: (ratings: readonly number[]) => void,
): void {
  const read = raters.map((rater, k) => denseLabels(rater, `${where}: rater ${k + 1}`));
  const shapeOf = ({ shape, values }: (typeof read)[number]) => shape ?? [values.length];
  const first = shapeOf(read[0]!);
  for (const [k, one] of read.entries()) {
    if (shapeOf(one).join() === first.join()) continue;
    throw new RangeError(
      `${where}: all raters must have one shape, got [${first}] of rater 1 and [${shapeOf(one)}] of rater ${k + 1}`,
    );
  }
  const ratings = new Array<number>(read.length).fill(0);
  for (let i = 0; i < read[0]!.values.length; i++) {
    let rated = true;
    for (let k = 0; k < read.length; k++) {
      const value = read[k]!.values[i]!;
      if (value === ignoreIndex) rated = false;
      else if (!(value >>> 0 === value && value < classes)) {
        throw new RangeError(
          `${where}: ratings must be whole numbers from 0 to ${classes - 1}, got ${value} of rater ${k + 1} at ${position(i, read[k]!.shape)}`,
        );
      }
      ratings[k] = value;
    }
    if (rated) visit(ratings);
  }
}

/** @throws RangeError where `classes` is no number of categories whose pairs fit into memory */
export function checkClasses(classes: number, where: string): void {
  if (Number.isInteger(classes) && classes >= 2 && classes <= 1024) return;
  throw new RangeError(
    `${where}: \`classes\` must be a whole number from 2 to 1024, got ${classes}`,
  );
}

/** What a kappa is where chance alone would agree fully. */
export const kappaEnds = { best: 1, worst: -1 };
