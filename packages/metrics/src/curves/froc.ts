import { checkOptions } from '../check-options.ts';
import { type Connectivity, checkConnectivity, labelMask } from '../connected-components.ts';
import { type LabelGrid, position } from '../grid.ts';
import { overlappingPairs } from '../lesion-matching.ts';
import { binaryMask } from '../mask.ts';
import { gridPair } from '../pair.ts';

export interface DetectionsOptions {
  /** Pixels of at least this are taken to be of a lesion. @default 0.5 */
  readonly threshold?: number;
  /** What makes pixels one lesion. @default 8 in 2-D, 26 in 3-D */
  readonly connectivity?: Connectivity;
  /** The label whose pixels are lesions. @default every label above 0 */
  readonly label?: number;
  /** Name of the case, for messages. @default none */
  readonly id?: string;
}

/** What a soft prediction finds in one case. Plain data. */
export interface Detections {
  /** Lesions of the truth. */
  readonly lesions: number;
  /** Predicted lesions: their highest score, and the labels of the true ones that they overlap. */
  readonly detections: readonly { readonly score: number; readonly matches: readonly number[] }[];
}

/**
 * Predicted lesions of a soft prediction with their scores, for `froc`.
 *
 * @param prediction 2-D or 3-D probabilities, logits or intensities
 * @param truth labels of the same shape
 * @throws RangeError where shapes differ, a prediction is NaN, or a label is negative, fractional or
 *   NaN; the message names the case
 */
export function detections(
  prediction: LabelGrid,
  truth: LabelGrid,
  options: DetectionsOptions = {},
): Detections {
  const { threshold = 0.5, label } = options;
  const where = checkOptions('detections', options, 'threshold connectivity label id');
  const pair = gridPair(prediction, truth, where);
  const { shape } = pair;
  const connectivity = checkConnectivity(options.connectivity, shape.length, where);
  const above = Uint8Array.from(pair.prediction, (value, i) => {
    if (Number.isNaN(value)) {
      throw new RangeError(
        `${where}: prediction must be numbers, got NaN at ${position(i, shape)}`,
      );
    }
    return value >= threshold ? 1 : 0;
  });
  const predicted = labelMask(above, shape, connectivity);
  const mask = binaryMask(pair.truth, shape, label, `${where}: truth`);
  const present = labelMask(mask, shape, connectivity);
  const found = Array.from({ length: predicted.count }, () => ({
    score: Number.NEGATIVE_INFINITY,
    matches: [] as number[],
  }));
  for (let i = 0; i < above.length; i++) {
    if (above[i] === 0) continue;
    const one = found[predicted.labels[i]! - 1]!;
    one.score = Math.max(one.score, pair.prediction[i]!);
  }
  const pairs = overlappingPairs(
    { own: present, reach: present.labels },
    { own: predicted, reach: predicted.labels },
  );
  for (const match of pairs) found[match.prediction - 1]!.matches.push(match.truth);
  return { lesions: present.count, detections: found };
}

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
  if (cases.length === 0) throw new RangeError('`froc` needs at least one case, got none');
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
  falseScores.sort((a, b) => b - a);
  foundScores.sort((a, b) => b - a);
  const all = [...falseScores, ...foundScores].sort((a, b) => b - a);
  const thresholds = [Number.POSITIVE_INFINITY, ...new Set(all)];
  let [falses, found] = [0, 0];
  const points = thresholds.map((threshold) => {
    while (falses < falseScores.length && falseScores[falses]! >= threshold) falses++;
    while (found < foundScores.length && foundScores[found]! >= threshold) found++;
    return [falses / cases.length, found / lesions] as const;
  });
  return {
    thresholds,
    falsePositivesPerCase: points.map(([rate]) => rate),
    recall: points.map(([, share]) => share),
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
