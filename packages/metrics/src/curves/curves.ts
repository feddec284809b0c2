import { checkOptions } from '../check-options.ts';
import { type EmptyRule, emptyRule, emptyValue, share } from '../empty.ts';
import type { ThresholdSweep } from './threshold-sweep.ts';

export interface CurveOptions {
  /** What the area is where the truth has no foreground (ROC: or no background). @default 'skip' */
  readonly empty?: EmptyRule;
}

/** A receiver operating characteristic; one entry a threshold, from (0, 0) to (1, 1). */
export interface RocCurve {
  /** The first is infinite: nothing is foreground. The last takes all where -∞ is needed for it. */
  readonly thresholds: readonly number[];
  /** Recall, rising from 0. */
  readonly truePositiveRate: readonly number[];
  /** 1 − specificity, rising from 0. */
  readonly falsePositiveRate: readonly number[];
  /** Area under the curve by trapezoids, 0 … 1; 0.5 is a guess at random. */
  readonly area: number;
}

/** The ROC curve of a sweep. It is undefined where the truth lacks foreground or background. */
export function rocCurve(sweep: ThresholdSweep, options: CurveOptions = {}): RocCurve {
  checkOptions('rocCurve', options, 'empty');
  const { empty = 'skip' } = options;
  const thresholds = [Number.POSITIVE_INFINITY];
  const truePositiveRate = [0];
  const falsePositiveRate = [0];
  const add = (threshold: number, recall: number, fallout: number): void => {
    thresholds.push(threshold);
    truePositiveRate.push(recall);
    falsePositiveRate.push(fallout);
  };
  for (const [i, { tp, fp, fn, tn }] of sweep.counts.entries()) {
    add(sweep.thresholds[i]!, tp / (tp + fn), fp / (fp + tn));
  }
  const end = sweep.counts.at(-1)!;
  if (end.fn + end.tn > 0) add(Number.NEGATIVE_INFINITY, 1, 1);
  let area = 0;
  for (let i = 1; i < thresholds.length; i++) {
    const width = falsePositiveRate[i]! - falsePositiveRate[i - 1]!;
    area += (width * (truePositiveRate[i]! + truePositiveRate[i - 1]!)) / 2;
  }
  if (Number.isNaN(area)) area = emptyValue(emptyRule(empty, false), share);
  return { thresholds, truePositiveRate, falsePositiveRate, area };
}

/** Precision against recall; one entry a threshold, highest first. */
export interface PrecisionRecallCurve {
  readonly thresholds: readonly number[];
  /** `NaN` where nothing is foreground. */
  readonly precision: readonly number[];
  /** Rising. */
  readonly recall: readonly number[];
  /** Sum of precision × growth of recall, 0 … 1: the area without interpolation. */
  readonly averagePrecision: number;
}

/** The precision-recall curve of a sweep. It is undefined where the truth has no foreground. */
export function precisionRecallCurve(
  sweep: ThresholdSweep,
  options: CurveOptions = {},
): PrecisionRecallCurve {
  checkOptions('precisionRecallCurve', options, 'empty');
  const { empty = 'skip' } = options;
  const precision = sweep.counts.map(({ tp, fp }) => tp / (tp + fp));
  const recall = sweep.counts.map(({ tp, fn }) => tp / (tp + fn));
  let averagePrecision = areaUnder(precision, recall);
  if (Number.isNaN(averagePrecision)) averagePrecision = emptyValue(emptyRule(empty, false), share);
  return { thresholds: sweep.thresholds, precision, recall, averagePrecision };
}

/** Sum of precision × growth of recall. */
export function areaUnder(precision: readonly number[], recall: readonly number[]): number {
  let area = 0;
  for (let i = 0; i < recall.length; i++) {
    const growth = recall[i]! - (recall[i - 1] ?? 0);
    if (growth !== 0) area += precision[i]! * growth;
  }
  return area;
}
