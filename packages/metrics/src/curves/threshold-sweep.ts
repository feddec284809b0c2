import { checkOptions } from '../check-options.ts';
import { addTo, type Counts } from '../confusion.ts';
import type { Labels } from '../grid.ts';
import { anyNumbers, softScores } from '../soft-scores.ts';

export interface ThresholdSweepOptions {
  /**
   * The thresholds to try, in any order; sweeps to be pooled need the same ones.
   * @default every distinct prediction, up to a million of them; the curves are exact then
   */
  readonly thresholds?: readonly number[];
  /** Truth label of the foreground; any other is background. @default every label above 0 */
  readonly label?: number;
  /** Truth label of elements to leave out. @default none */
  readonly ignoreIndex?: number;
  /** Name of the case, for messages. @default none */
  readonly id?: string;
}

/**
 * Counts of a soft prediction at every threshold: foreground is what is at least the threshold. Plain
 * arrays, highest threshold first, one entry each.
 */
export interface ThresholdSweep {
  readonly thresholds: readonly number[];
  readonly counts: readonly Counts[];
}

/**
 * Counts a soft prediction against its truth at every threshold, for `rocCurve`,
 * `precisionRecallCurve`, and any score as `sweep.counts.map((counts) => dice(counts))`.
 *
 * @param prediction probabilities, logits or intensities: any numbers that rise with the foreground
 * @param truth labels of the same shape
 * @throws RangeError where shapes differ, a prediction or threshold is NaN, or a label is negative,
 *   fractional or NaN; the message names the case
 */
export function thresholdSweep(
  prediction: Labels,
  truth: Labels,
  options: ThresholdSweepOptions = {},
): ThresholdSweep {
  const where = checkOptions('thresholdSweep', options, 'thresholds label ignoreIndex id');
  const { inside, outside } = softScores(prediction, truth, options, anyNumbers, where);
  const ones = inside.sort();
  const zeros = outside.sort();
  const thresholds = descending(options.thresholds, ones, zeros, where);
  let [tp, fp] = [0, 0];
  const counts = thresholds.map((threshold) => {
    while (tp < ones.length && ones[ones.length - 1 - tp]! >= threshold) tp++;
    while (fp < zeros.length && zeros[zeros.length - 1 - fp]! >= threshold) fp++;
    return { tp, fp, fn: ones.length - tp, tn: zeros.length - fp };
  });
  return { thresholds, counts };
}

/**
 * Adds sweeps of several cases up, threshold by threshold.
 *
 * @throws RangeError where there is none or their thresholds differ
 */
export function poolSweeps(sweeps: Iterable<ThresholdSweep>): ThresholdSweep {
  const [first, ...others] = sweeps;
  if (first === undefined) throw new RangeError('`poolSweeps` needs at least one sweep, got none');
  const { thresholds } = first;
  for (const other of others) {
    if (
      other.thresholds.length !== thresholds.length ||
      other.thresholds.some((threshold, i) => threshold !== thresholds[i])
    ) {
      throw new RangeError(
        '`poolSweeps`: all sweeps must have the same thresholds; pass `thresholds` to `thresholdSweep`',
      );
    }
  }
  return {
    thresholds,
    counts: first.counts.map((counts, i) => {
      const sum = { ...counts };
      for (const other of others) addTo(sum, other.counts[i]!);
      return sum;
    }),
  };
}

/** A million counts are some 100 MB. */
const mostThresholds = 1_000_000;

function descending(
  given: readonly number[] | undefined,
  ones: Float64Array,
  zeros: Float64Array,
  where: string,
): number[] {
  if (given === undefined) {
    const all = new Float64Array(ones.length + zeros.length);
    all.set(ones);
    all.set(zeros, ones.length);
    const distinct = all.sort().filter((value, i, sorted) => value !== sorted[i - 1]);
    if (distinct.length > mostThresholds) {
      throw new RangeError(
        `${where}: without \`thresholds\` there must be at most ${mostThresholds} distinct predictions, got ${distinct.length}; pass \`thresholds\``,
      );
    }
    return Array.from(distinct.reverse());
  }
  if (given.length === 0 || given.some((threshold) => Number.isNaN(threshold))) {
    throw new RangeError(`${where}: \`thresholds\` must be at least one number, got [${given}]`);
  }
  return [...new Set(given)].sort((a, b) => b - a);
}

/**
 * The threshold where a score is highest; the higher one where several are.
 *
 * @param score any score of counts, e.g. `dice`
 * @throws RangeError where the score is undefined at every threshold
 */
export function bestThreshold(
  sweep: ThresholdSweep,
  score: (counts: Counts) => number,
): { readonly threshold: number; readonly score: number } {
  let best = -1;
  const scores = sweep.counts.map((counts) => score(counts));
  for (const [i, value] of scores.entries()) {
    if (!Number.isNaN(value) && (best < 0 || value > scores[best]!)) best = i;
  }
  if (best < 0) {
    throw new RangeError(
      '`bestThreshold`: the score must be defined at a threshold, got NaN at all',
    );
  }
  return { threshold: sweep.thresholds[best]!, score: scores[best]! };
}
