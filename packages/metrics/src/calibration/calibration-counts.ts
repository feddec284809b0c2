import { checkOptions } from '../check-options.ts';
import type { Labels } from '../grid.ts';
import { eachSoftScore, type SoftKind } from '../soft-scores.ts';

export interface CalibrationOptions {
  /** Number of bins of equal width; counts to be pooled need the same. @default 15 */
  readonly bins?: number;
  /** Truth label that the probabilities are of. @default every label above 0 */
  readonly label?: number;
  /** Truth label of elements to leave out. @default none */
  readonly ignoreIndex?: number;
  /** Name of the case, for messages. @default none */
  readonly id?: string;
}

/** The elements whose probability lies in one bin. */
export interface CalibrationBin {
  readonly count: number;
  /** Those of them that are foreground in the truth. */
  readonly positives: number;
  /** Sum of their probabilities. */
  readonly probabilitySum: number;
}

/** Probabilities of one case, or of several added up, against the truth. Plain data. */
export interface CalibrationCounts {
  /**
   * Bin `i` of `n` holds probabilities above i/n up to and with (i + 1)/n, the first 0 as well.
   */
  readonly bins: readonly CalibrationBin[];
  /** Sum of (probability − truth)², the truth being 1 in the foreground and 0 outside. */
  readonly squaredErrors: number;
}

const probabilities: SoftKind = {
  name: 'probabilities from 0 to 1 (apply softmax or sigmoid first)',
  holds: (value) => value >= 0 && value <= 1,
};

/**
 * Counts how often what has a probability is so, for `expectedCalibrationError`, `brierScore` and the
 * others. Of several classes, take one as `label` with its probabilities; or, for calibration of the
 * winning class (Guo et al. 2017), pass its probability, and as truth 1 where it is right and 0 elsewhere.
 *
 * @param prediction probabilities of the foreground, 0 … 1, any shape
 * @param truth labels of the same shape
 * @throws RangeError where shapes differ, a probability is not from 0 to 1, `bins` is no whole number from
 *   1 to 65536, or a label is negative, fractional or NaN; the message names the case
 */
export function calibrationCounts(
  prediction: Labels,
  truth: Labels,
  options: CalibrationOptions = {},
): CalibrationCounts {
  const { bins = 15 } = options;
  const where = checkOptions('calibrationCounts', options, 'bins label ignoreIndex id');
  if (!(Number.isInteger(bins) && bins >= 1 && bins <= 65536)) {
    throw new RangeError(`${where}: \`bins\` must be a whole number from 1 to 65536, got ${bins}`);
  }
  const filled = emptyBins(bins);
  let squaredErrors = 0;
  eachSoftScore(prediction, truth, options, probabilities, where, (probability, isInside) => {
    const target = isInside ? 1 : 0;
    const bin = filled[binOf(probability, bins)]!;
    bin.count++;
    bin.positives += target;
    bin.probabilitySum += probability;
    squaredErrors += (probability - target) ** 2;
  });
  return { bins: filled, squaredErrors };
}

/**
 * Adds the counts of cases up: those of all their elements together.
 *
 * @throws RangeError where there is no case or their numbers of bins differ
 */
export function poolCalibration(cases: Iterable<CalibrationCounts>): CalibrationCounts {
  const all = [...cases];
  const bins = all[0]?.bins.length;
  if (bins === undefined) {
    throw new RangeError('`poolCalibration` needs at least one case, got none');
  }
  const sum = emptyBins(bins);
  let squaredErrors = 0;
  for (const [index, one] of all.entries()) {
    if (one.bins.length !== bins) {
      throw new RangeError(
        `\`poolCalibration\`: all cases must have ${bins} bins as the first, got ${one.bins.length} at ${index}`,
      );
    }
    for (const [i, { count, positives, probabilitySum }] of one.bins.entries()) {
      const bin = sum[i]!;
      bin.count += count;
      bin.positives += positives;
      bin.probabilitySum += probabilitySum;
    }
    squaredErrors += one.squaredErrors;
  }
  return { bins: sum, squaredErrors };
}

function emptyBins(count: number): { -readonly [K in keyof CalibrationBin]: number }[] {
  return Array.from({ length: count }, () => ({ count: 0, positives: 0, probabilitySum: 0 }));
}

/** The bin of a probability; the products of its edges may be off by a rounding error. */
function binOf(probability: number, bins: number): number {
  let bin = Math.min(bins - 1, Math.floor(probability * bins));
  while (bin > 0 && probability <= bin / bins) bin--;
  while (probability > (bin + 1) / bins) bin++;
  return bin;
}
