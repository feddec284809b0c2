import { checkOptions } from '../check-options.ts';
import { emptyRule, emptyValue, share } from '../empty.ts';
import { areaUnder, type CurveOptions, type PrecisionRecallCurve } from './curves.ts';
import type { Detections } from './detections.ts';

/** A free-response ROC curve; one entry a threshold, highest first. */
export interface FrocCurve {
  /** The first is infinite: nothing is detected. */
  readonly thresholds: readonly number[];
  /** Mean number of false positives a case, rising from 0. */
  readonly falsePositivesPerCase: readonly number[];
  /** Share of the lesions of all cases found, rising from 0; `NaN` where there are none. */
  readonly recall: readonly number[];
}

/**
 * The FROC curve of cases: what share of all lesions is found, against false positives a case. At a
 * threshold count the detections whose score reaches it.
 *
 * @throws RangeError where there is no case
 */
export function froc(cases: readonly Detections[]): FrocCurve {
  checkCases(cases, 'froc');
  const { lesions, thresholds, falses, found } = countDetections(cases);
  return {
    thresholds: [Number.POSITIVE_INFINITY, ...thresholds],
    falsePositivesPerCase: [0, ...falses].map((count) => count / cases.length),
    recall: [0, ...found].map((count) => count / lesions),
  };
}

/**
 * Mean recall of a FROC curve at rates of false positives, 0 … 1, interpolated linearly; beyond the
 * curve its last recall holds.
 *
 * @param rates false positives a case @default [0.25, 0.5, 1, 2, 4, 8], as in CAMELYON16
 */
export function frocScore(
  { falsePositivesPerCase: rate, recall }: FrocCurve,
  rates: readonly number[] = [0.25, 0.5, 1, 2, 4, 8],
): number {
  const at = rates.map((wanted) => {
    const next = rate.findIndex((one) => one > wanted);
    if (next < 0) return recall.at(-1)!;
    const share = (wanted - rate[next - 1]!) / (rate[next]! - rate[next - 1]!);
    return recall[next - 1]! + share * (recall[next]! - recall[next - 1]!);
  });
  return at.reduce((sum, one) => sum + one, 0) / at.length;
}

/**
 * Recall of a FROC curve at the lowest threshold with at most so many false positives a case, 0 … 1:
 * what an operating point reaches, without interpolation.
 *
 * @throws RangeError where `rate` is not at least 0
 */
export function recallAtFalsePositives(
  { falsePositivesPerCase, recall }: FrocCurve,
  rate: number,
): number {
  if (!(rate >= 0)) {
    throw new RangeError(`\`recallAtFalsePositives\`: \`rate\` must be at least 0, got ${rate}`);
  }
  return recall[falsePositivesPerCase.findLastIndex((one) => one <= rate)]!;
}

/**
 * Precision and recall of detections over cases, one entry a threshold at which something is detected, highest
 * first: the share of what is detected that is lesion, each lesion once, and the share of lesions found. Lesions
 * that are never detected bound the recall and with it the average precision (as in PI-CAI). It is undefined
 * where there are no lesions.
 *
 * @throws RangeError where there is no case
 */
export function detectionCurve(
  cases: readonly Detections[],
  options: CurveOptions = {},
): PrecisionRecallCurve {
  checkOptions('detectionCurve', options, 'empty');
  checkCases(cases, 'detectionCurve');
  const { lesions, thresholds, falses, found } = countDetections(cases);
  const precision = found.map((count, i) => count / (count + falses[i]!));
  const recall = found.map((count) => count / lesions);
  return {
    thresholds,
    precision,
    recall,
    averagePrecision:
      lesions > 0
        ? areaUnder(precision, recall)
        : emptyValue(emptyRule(options.empty ?? 'skip', false), share),
  };
}

function checkCases(cases: readonly Detections[], caller: string): void {
  if (cases.length === 0) throw new RangeError(`\`${caller}\` needs at least one case, got none`);
}

/** False positives and lesions found at each score of a detection that decides of one, highest first. */
function countDetections(cases: readonly Detections[]): {
  readonly lesions: number;
  readonly thresholds: readonly number[];
  readonly falses: readonly number[];
  readonly found: readonly number[];
} {
  const falseScores: number[] = [];
  const foundScores: number[] = [];
  let lesions = 0;
  for (const one of cases) {
    lesions += one.lesions;
    const best = new Map<number, number>();
    for (const { score, matches } of one.detections) {
      if (matches.length === 0) falseScores.push(score);
      for (const match of matches) {
        best.set(match, Math.max(score, best.get(match) ?? Number.NEGATIVE_INFINITY));
      }
    }
    for (const score of best.values()) foundScores.push(score);
  }
  const thresholds = [...new Set([...falseScores, ...foundScores])].sort((a, b) => b - a);
  return {
    lesions,
    thresholds,
    falses: reaching(falseScores, thresholds),
    found: reaching(foundScores, thresholds),
  };
}

/** How many scores reach each of the thresholds, which fall. */
function reaching(scores: readonly number[], thresholds: readonly number[]): number[] {
  const falling = scores.toSorted((a, b) => b - a);
  let count = 0;
  return thresholds.map((threshold) => {
    while (count < falling.length && falling[count]! >= threshold) count++;
    return count;
  });
}
