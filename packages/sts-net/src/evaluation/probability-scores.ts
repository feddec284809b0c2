import { type ReliabilityPoint, reliabilityCurve } from '@sts-net/metrics/calibration';
import { type FrocCurve, froc } from '@sts-net/metrics/curves';
import type { Interval } from '@sts-net/metrics/statistics';
import { CalibrationSums } from '../scoring/calibration-sums.ts';
import { DetectionCounts } from '../scoring/detection-counts.ts';
import { type IntervalOptions, intervalsOf } from '../scoring/mean-interval.ts';
import type { MeasuredProbabilities } from '../scoring/measure-probabilities.ts';

/** False alarms a case at which the recall is told (CAMELYON16). */
export const frocRates = [0.25, 0.5, 1, 2, 4, 8] as const;

/** Scores of probabilities that are one number, over cases or of one. */
export interface ProbabilityValues<Score> {
  /** Of detection, 0 … 1: area under precision against recall of the lesions (as in PI-CAI). */
  readonly averagePrecision: Score;
  /** Mean recall at 0.25, 0.5, 1, 2, 4 and 8 false alarms a case, 0 … 1. */
  readonly frocScore: Score;
  /** Expected calibration error of the voxels, 0 … 1. */
  readonly calibrationError: Score;
  /** Of the voxels, 0 … 1; 0 is best. */
  readonly brierScore: Score;
}

/** Recall of the lowest threshold with at most so many false alarms a case. */
interface RecallAtRate {
  readonly falseAlarms: number;
  readonly recall: Interval;
}

/** Scores over cases, with bootstrap intervals; patients are drawn whole. */
export interface ProbabilityMeans extends ProbabilityValues<Interval> {
  readonly recalls: readonly RecallAtRate[];
}

/** Scores of the probabilities of one target. */
interface LabelProbabilities extends ProbabilityMeans {
  /** Absent where all above 0 is one target. */
  readonly label?: number;
  /** Lesions of the truth in all cases. */
  readonly lesions: number;
  /** What may find them in all cases. */
  readonly candidates: number;
  /** At most 500 points of it. */
  readonly froc: FrocCurve;
  readonly reliability: readonly ReliabilityPoint[];
}

/** Scores of the probabilities of all cases. */
export interface ProbabilityScores extends ProbabilityMeans {
  /** Of each target; what is above are those of the only one, or the means of several. */
  readonly labels: readonly LabelProbabilities[];
}

/** Points of a curve that are kept. */
const mostPoints = 500;

/**
 * Scores over cases what was measured of their probabilities.
 *
 * @param measured of each label each case
 * @param patients whose each case is
 */
export function scoreProbabilities(
  measured: readonly {
    readonly label: number | undefined;
    readonly cases: readonly MeasuredProbabilities[];
  }[],
  patients: readonly string[],
  options: IntervalOptions,
): ProbabilityScores {
  const labels = measured.map(({ label, cases }) => {
    const [statistics, sums] = statisticsOf(cases);
    const detections = cases.map((one) => one.detections);
    const total = (of: (one: (typeof detections)[number]) => number) =>
      detections.reduce((sum, one) => sum + of(one), 0);
    return {
      ...(label !== undefined && { label }),
      lesions: total((one) => one.lesions),
      candidates: total((one) => one.detections.length),
      froc: thinned(froc(detections)),
      reliability: reliabilityCurve(sums.counts(new Uint8Array(cases.length).fill(1))),
      statistics,
    };
  });
  const scored = labels.map(({ statistics, ...own }) => ({
    ...meansOf(intervalsOf(patients, statistics, options)),
    ...own,
  }));
  const [only, ...others] = scored;
  if (others.length === 0) {
    const { averagePrecision, frocScore, calibrationError, brierScore, recalls } = only!;
    return {
      ...{ averagePrecision, frocScore, calibrationError, brierScore, recalls },
      labels: scored,
    };
  }
  const together = (times: Uint32Array): ProbabilityStatistics =>
    meanStatistics(labels.map(({ statistics }) => statistics(times)));
  return { ...meansOf(intervalsOf(patients, together, options)), labels: scored };
}

/** The scores of one case, `NaN` of what it has none; of several labels their means. */
export function caseProbabilities(
  labels: readonly MeasuredProbabilities[],
): ProbabilityValues<number> {
  const { averagePrecision, frocScore, calibrationError, brierScore } = meanStatistics(
    labels.map((one) => statisticsOf([one])[0]([1])),
  );
  return { averagePrecision, frocScore, calibrationError, brierScore };
}

/** The scores of cases, each counted as often as it was drawn; of several labels the means. */
export function probabilityStatistics(
  labels: readonly (readonly MeasuredProbabilities[])[],
): (times: ArrayLike<number>) => ProbabilityStatistics {
  const each = labels.map((cases) => statisticsOf(cases)[0]);
  return (times) => meanStatistics(each.map((one) => one(times)));
}

/** What `probabilityStatistics` gives: the values, and the recall at so many false alarms a case. */
export type ProbabilityStatistics = Readonly<
  Record<keyof ProbabilityValues<number> | `recall@${(typeof frocRates)[number]}`, number>
>;

const recallNames = frocRates.map((rate) => `recall@${rate}` as const);

function statisticsOf(
  cases: readonly MeasuredProbabilities[],
): readonly [(times: ArrayLike<number>) => ProbabilityStatistics, CalibrationSums] {
  const counts = new DetectionCounts(
    cases.map(({ detections }) => detections),
    frocRates,
  );
  const sums = new CalibrationSums(cases.map(({ calibration }) => calibration));
  const statistics = (times: ArrayLike<number>): ProbabilityStatistics => {
    const { averagePrecision, frocScore, recalls } = counts.scores(times);
    const { calibrationError, brierScore } = sums.scores(times);
    const values: Record<string, number> = {
      ...{ averagePrecision, frocScore, calibrationError, brierScore },
    };
    for (let i = 0; i < recalls.length; i++) values[recallNames[i]!] = recalls[i]!;
    return values as ProbabilityStatistics;
  };
  return [statistics, sums];
}

/** The mean of labels over those that have a value. */
function meanStatistics(labels: readonly ProbabilityStatistics[]): ProbabilityStatistics {
  const names = Object.keys(labels[0]!) as (keyof ProbabilityStatistics)[];
  const means = names.map((name) => {
    const defined = labels.map((one) => one[name]).filter((value) => !Number.isNaN(value));
    return [name, defined.reduce((sum, value) => sum + value, 0) / defined.length] as const;
  });
  return Object.fromEntries(means) as ProbabilityStatistics;
}

function meansOf(
  intervals: Readonly<Record<keyof ProbabilityStatistics, Interval>>,
): ProbabilityMeans {
  const { averagePrecision, frocScore, calibrationError, brierScore } = intervals;
  const recalls = frocRates.map((falseAlarms) => ({
    falseAlarms,
    recall: intervals[`recall@${falseAlarms}`],
  }));
  return { averagePrecision, frocScore, calibrationError, brierScore, recalls };
}

function thinned({ thresholds, falsePositivesPerCase, recall }: FrocCurve): FrocCurve {
  const count = Math.min(mostPoints, thresholds.length);
  const step = (thresholds.length - 1) / Math.max(1, count - 1);
  // The first and the last among them.
  const points = Array.from({ length: count }, (_, k) => Math.round(k * step));
  const of = (values: readonly number[]): number[] => points.map((i) => values[i]!);
  return {
    thresholds: of(thresholds),
    falsePositivesPerCase: of(falsePositivesPerCase),
    recall: of(recall),
  };
}
