import {
  brierScore,
  type CalibrationCounts,
  expectedCalibrationError,
} from '@sts-net/metrics/calibration';

/** How true probabilities are, 0 … 1, 0 at best; `NaN` where nothing was counted. */
export interface CalibrationScores {
  readonly calibrationError: number;
  readonly brierScore: number;
}

/** Numbers that are kept of a bin. */
const width = 3;

/** The counts of all cases, so that those of resamples are added up without a list of them. */
export class CalibrationSums {
  /** Of each case its bins one after the other, then the squared errors. */
  readonly #counts: Float64Array;
  readonly #bins: number;
  readonly #cases: number;

  /** @param cases at least one; all with the same number of bins */
  constructor(cases: readonly CalibrationCounts[]) {
    this.#bins = cases[0]!.bins.length;
    this.#cases = cases.length;
    this.#counts = Float64Array.from(
      cases.flatMap(({ bins, squaredErrors }) => [
        ...bins.flatMap(({ count, positives, probabilitySum }) => [
          count,
          positives,
          probabilitySum,
        ]),
        squaredErrors,
      ]),
    );
  }

  /** @param times how often each case was drawn */
  counts(times: ArrayLike<number>): CalibrationCounts {
    const length = width * this.#bins + 1;
    const counts = this.#counts;
    const sums = new Float64Array(length);
    for (let i = 0; i < this.#cases; i++) {
      const drawn = times[i]!;
      if (drawn === 0) continue;
      for (let k = 0; k < length; k++) sums[k]! += drawn * counts[i * length + k]!;
    }
    const bins = Array.from({ length: this.#bins }, (_, bin) => ({
      count: sums[width * bin]!,
      positives: sums[width * bin + 1]!,
      probabilitySum: sums[width * bin + 2]!,
    }));
    return { bins, squaredErrors: sums[length - 1]! };
  }

  /** @param times how often each case was drawn */
  scores(times: ArrayLike<number>): CalibrationScores {
    return calibrationScores(this.counts(times));
  }
}

export function calibrationScores(counts: CalibrationCounts): CalibrationScores {
  return {
    calibrationError: expectedCalibrationError(counts),
    brierScore: brierScore(counts),
  };
}
