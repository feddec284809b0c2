import type { CalibrationBin, CalibrationCounts } from './calibration-counts.ts';

/**
 * Expected calibration error, 0 … 1: how far the share of foreground lies from the mean probability in
 * a bin, averaged over bins by their numbers of elements (Naeini et al. 2015; Guo et al. 2017, Eq. 3).
 *
 * Nearly all elements of a scan are sure background, so its value is small whatever the lesions' is:
 * leave what lies far from them out by `ignoreIndex`, or compare values of the same data only.
 *
 * @returns `NaN` where nothing was counted
 */
export function expectedCalibrationError(counts: CalibrationCounts): number {
  const { bins, total } = counted('expectedCalibrationError', counts);
  return bins.reduce((sum, bin) => sum + Math.abs(bin.positives - bin.probabilitySum), 0) / total;
}

/**
 * Maximum calibration error, 0 … 1: the largest distance between the share of foreground and the mean
 * probability of a bin (Guo et al. 2017, Eq. 5).
 *
 * @returns `NaN` where nothing was counted
 */
export function maximumCalibrationError(counts: CalibrationCounts): number {
  const { bins } = counted('maximumCalibrationError', counts);
  if (bins.length === 0) return Number.NaN;
  return Math.max(...bins.map((bin) => Math.abs(bin.positives - bin.probabilitySum) / bin.count));
}

/**
 * Brier score, 0 … 1; 0 is best: the mean of (probability − truth)² (Brier 1950, of one class).
 *
 * @returns `NaN` where nothing was counted
 */
export function brierScore(counts: CalibrationCounts): number {
  const { total } = counted('brierScore', counts);
  return counts.squaredErrors / total;
}

/** A bin as a reliability diagram draws it. */
export interface ReliabilityPoint {
  /** Probabilities above here … */
  readonly from: number;
  /** … up to and with here. */
  readonly to: number;
  readonly count: number;
  /** `NaN` where the bin is empty. */
  readonly meanProbability: number;
  /** Share of foreground; the mean probability where calibrated. `NaN` where the bin is empty. */
  readonly observed: number;
}

/** The points of a reliability diagram, one a bin, lowest probabilities first. */
export function reliabilityCurve(counts: CalibrationCounts): ReliabilityPoint[] {
  counted('reliabilityCurve', counts);
  const { bins } = counts;
  return bins.map(({ count, positives, probabilitySum }, i) => ({
    from: i / bins.length,
    to: (i + 1) / bins.length,
    count,
    meanProbability: probabilitySum / count,
    observed: positives / count,
  }));
}

/** The bins that hold something, and the number of elements. */
function counted(
  name: string,
  counts: CalibrationCounts,
): { readonly bins: readonly CalibrationBin[]; readonly total: number } {
  if (!Array.isArray(counts?.bins)) {
    throw new TypeError(
      `\`${name}\`: the counts must be what \`calibrationCounts\` gives, got ${String(counts)}`,
    );
  }
  const bins = counts.bins.filter((bin) => bin.count > 0);
  return { bins, total: bins.reduce((sum, { count }) => sum + count, 0) };
}
