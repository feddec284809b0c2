import { checkOptions } from './check-options.ts';
import { type Labels, position } from './grid.ts';
import { type LabelPair, labelPair } from './pair.ts';
import { type Tally, tallyBits } from './tally.ts';

/** Pixels or voxels of one class against the rest. */
export interface Counts {
  /** In the prediction and in the truth. */
  readonly tp: number;
  /** In the prediction, not in the truth. */
  readonly fp: number;
  /** In the truth, not in the prediction. */
  readonly fn: number;
  /** In neither. */
  readonly tn: number;
}

/** Counts of every class of one case, or of several added up. Plain data: safe to serialise. */
export interface Confusion {
  /** One entry a class, background (0) first. */
  readonly classes: readonly Counts[];
  /** Elements counted. */
  readonly total: number;
  /** Elements left out because their truth is `ignoreIndex`. */
  readonly ignored: number;
}

export interface ConfusionOptions {
  /** Number of classes with the background; labels are 0 … classes − 1. @default 2 */
  readonly classes?: number;
  /** Truth label of elements to leave out, e.g. 255 or -1. @default none */
  readonly ignoreIndex?: number;
  /** Name of the case, for messages. @default none */
  readonly id?: string;
}

/**
 * Counts, for each class, where prediction and truth agree and differ.
 *
 * @param prediction labels 0 … classes − 1, any shape
 * @param truth labels of the same shape
 * @throws RangeError where shapes differ or a label is negative, fractional, NaN or beyond the
 *   classes; the message names the case
 */
export function confusion(
  prediction: Labels,
  truth: Labels,
  options: ConfusionOptions = {},
): Confusion {
  const { classes = 2, ignoreIndex } = options;
  const where = checkOptions('confusion', options, 'classes ignoreIndex id');
  return countLabels(prediction, truth, classes, ignoreIndex, where);
}

/** `confusion` on behalf of the function and case that `where` names. */
export function countLabels(
  prediction: Labels,
  truth: Labels,
  classes: number,
  ignoreIndex: number | undefined,
  where: string,
): Confusion {
  if (!Number.isInteger(classes) || classes < 2 || classes > 65536) {
    throw new RangeError(
      `${where}: \`classes\` must be a whole number from 2 to 65536, got ${classes}`,
    );
  }
  const pair = labelPair(prediction, truth, where);
  const { prediction: p, truth: t } = pair;
  const { agreed, predicted, present, ignored } =
    (classes === 2 && ignoreIndex === undefined ? tallyBits(p, t) : undefined) ??
    tallyLabels(pair, classes, ignoreIndex, where);
  const total = t.length - ignored;
  return {
    classes: Array.from(agreed, (tp, k) => {
      const fp = predicted[k]! - tp;
      const fn = present[k]! - tp;
      return { tp, fp, fn, tn: total - tp - fp - fn };
    }),
    total,
    ignored,
  };
}

/** Tallies labels of any kind one by one; throws at the first that is none. */
function tallyLabels(
  { prediction, truth, shape }: LabelPair,
  classes: number,
  ignoreIndex: number | undefined,
  where: string,
): Tally {
  const agreed = new Float64Array(classes);
  const predicted = new Float64Array(classes);
  const present = new Float64Array(classes);
  let ignored = 0;
  for (let i = 0; i < truth.length; i++) {
    const label = truth[i]!;
    if (label === ignoreIndex) {
      ignored++;
      continue;
    }
    const guess = prediction[i]!;
    if (!isLabel(label, classes)) refuse(label, 'truth', i, shape, classes, where);
    if (!isLabel(guess, classes)) refuse(guess, 'prediction', i, shape, classes, where);
    present[label]!++;
    predicted[guess]!++;
    if (label === guess) agreed[label]!++;
  }
  return { agreed, predicted, present, ignored };
}

/**
 * Adds the counts of cases up, class by class: the confusion of all their pixels together.
 *
 * @throws RangeError where there is no case or their numbers of classes differ
 */
export function pool(cases: Iterable<Confusion>): Confusion {
  const all = [...cases];
  const first = all[0];
  if (first === undefined) throw new RangeError('`pool` needs at least one confusion, got none');
  const classes = first.classes.map(() => ({ tp: 0, fp: 0, fn: 0, tn: 0 }));
  let total = 0;
  let ignored = 0;
  for (const [index, one] of all.entries()) {
    if (one.classes.length !== classes.length) {
      throw new RangeError(
        `\`pool\`: all cases must have ${classes.length} classes as the first, got ${one.classes.length} at ${index}`,
      );
    }
    for (const [k, counts] of one.classes.entries()) addTo(classes[k]!, counts);
    total += one.total;
    ignored += one.ignored;
  }
  return { classes, total, ignored };
}

/** Adds `counts` to `sum` in place. */
export function addTo(sum: { -readonly [K in keyof Counts]: number }, counts: Counts): void {
  sum.tp += counts.tp;
  sum.fp += counts.fp;
  sum.fn += counts.fn;
  sum.tn += counts.tn;
}

function isLabel(value: number, classes: number): boolean {
  return value >>> 0 === value && value < classes;
}

function refuse(
  value: number,
  role: 'prediction' | 'truth',
  index: number,
  shape: readonly number[] | undefined,
  classes: number,
  where: string,
): never {
  const at = `${role} at ${position(index, shape)}`;
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw new RangeError(
      `${where}: labels must be whole numbers, got ${value} in the ${at}; threshold or argmax first`,
    );
  }
  throw new RangeError(
    value < 0
      ? `${where}: labels must not be negative, got ${value} in the ${at}; pass ignoreIndex: ${value} if it marks pixels to leave out`
      : `${where}: labels must be below ${classes}, the number of classes, got ${value} in the ${at}; pass classes: ${value + 1} or map the labels (a mask of 0 and 255 to 0 and 1)`,
  );
}

/** Whether counts of unknown origin are sound. */
export function isCounts({ tp, fp, fn, tn }: Counts): boolean {
  return [tp, fp, fn, tn].every((count) => Number.isSafeInteger(count) && count >= 0);
}
