import type { Box, Components } from './connected-components.ts';
import { type EmptyPolicy, emptyRule, emptyValue } from './empty.ts';
import { findLesions } from './find-lesions.ts';
import type { LabelGrid } from './grid.ts';
import type { LesionPair } from './lesion-matching.ts';
import type { LesionWiseOptions } from './lesion-wise-options.ts';
import { subject } from './pair.ts';
import { defaultEmpty } from './score.ts';

/** A lesion of the truth or of the prediction. */
export interface Lesion {
  /** Its number in its mask, from 1 in C order of first pixels. */
  readonly label: number;
  /** Pixels. */
  readonly size: number;
  /** mm³, in 2-D mm². */
  readonly volume: number;
  readonly box: Box;
  /** Mean index of its pixels along each axis. */
  readonly centroid: readonly number[];
  /** Labels of the lesions in the other mask that it matches: none for a miss or a false positive. */
  readonly matches: readonly number[];
  /** Share of its pixels that the other mask holds, matched or not, 0 … 1. */
  readonly covered: number;
  /** Dice with the lesions it matches, taken together, 0 … 1; 0 where it matches none. */
  readonly dice: number;
  /** IoU with the same. */
  readonly iou: number;
}

/** What was found and what not. */
export interface LesionCounts {
  /** Lesions of the truth that a predicted one matches. */
  readonly found: number;
  readonly missed: number;
  /** Predicted lesions that match one of the truth: with `'any-overlap'`, not always as many as found. */
  readonly hits: number;
  readonly falsePositives: number;
  /** Sum of the Dice of the true lesions. */
  readonly diceSum: number;
  /** Sum of the IoU of the true lesions. */
  readonly iouSum: number;
}

export interface LesionScores {
  /** Matched share of the predicted lesions, 0 … 1. */
  readonly precision: number;
  /** Found share of the true lesions, 0 … 1. */
  readonly recall: number;
  /** Harmonic mean of precision and recall, 0 … 1. */
  readonly f1: number;
  /** Sum of the true lesions' Dice / (true lesions + false positives), 0 … 1, as in BraTS. */
  readonly dice: number;
  /**
   * Sum of the found lesions' IoU / (found + (missed + false positives) / 2), 0 … 1: the panoptic
   * quality (Kirillov et al. 2019) where matching is `'one-to-one'`.
   */
  readonly panopticQuality: number;
}

export interface LesionWiseResult extends LesionCounts, LesionScores {
  /** Every lesion of the truth; it is found where `matches` is not empty. */
  readonly lesions: readonly Lesion[];
  /** Every predicted lesion; it is a false positive where `matches` is empty. */
  readonly predictions: readonly Lesion[];
}

/**
 * Scores lesion by lesion: which of the true ones were found, which predicted ones are false.
 *
 * @param prediction 2-D or 3-D labels
 * @param truth labels of the same shape
 * @throws RangeError where shapes differ, a label is negative, fractional or NaN, or an option does
 *   not fit; the message names the case
 */
export function lesionWise(
  prediction: LabelGrid,
  truth: LabelGrid,
  options: LesionWiseOptions = {},
): LesionWiseResult {
  return scoreLesions(prediction, truth, options, subject('lesionWise', options.id));
}

/** `lesionWise` on behalf of the function and case that `where` names. */
export function scoreLesions(
  prediction: LabelGrid,
  truth: LabelGrid,
  options: LesionWiseOptions,
  where: string,
): LesionWiseResult {
  const { empty = defaultEmpty } = options;
  const { present, predicted, pairs, matched, spacing } = findLesions(
    prediction,
    truth,
    options,
    where,
  );
  const pixel = spacing.reduce((a, b) => a * b, 1);
  const lesions = describe(present.own, predicted.own, 'truth', pairs, matched, pixel);
  const predictions = describe(predicted.own, present.own, 'prediction', pairs, matched, pixel);
  const counts = countLesions(lesions, predictions);
  return { lesions, predictions, ...counts, ...lesionScores(counts, empty) };
}

/** Counts what was found among lesions. */
export function countLesions(
  lesions: readonly Pick<Lesion, 'matches' | 'dice' | 'iou'>[],
  predictions: readonly Pick<Lesion, 'matches'>[],
): LesionCounts {
  const matched = ({ matches }: Pick<Lesion, 'matches'>): boolean => matches.length > 0;
  const found = lesions.filter(matched).length;
  const hits = predictions.filter(matched).length;
  return {
    found,
    missed: lesions.length - found,
    hits,
    falsePositives: predictions.length - hits,
    diceSum: lesions.reduce((sum, { dice }) => sum + dice, 0),
    iouSum: lesions.reduce((sum, { iou }) => sum + iou, 0),
  };
}

/** The scores of counts; `NaN`s as the rule for empty masks says. */
export function lesionScores(counts: LesionCounts, empty: EmptyPolicy): LesionScores {
  const { found, missed, hits, falsePositives, diceSum, iouSum } = counts;
  const lesions = found + missed;
  const rule = emptyRule(empty, lesions + hits + falsePositives === 0);
  const ratio = (value: number): number => (Number.isNaN(value) ? emptyValue(rule, 0) : value);
  const precision = hits / (hits + falsePositives);
  const recall = found / lesions;
  const harmonic =
    found === 0 && lesions + falsePositives > 0 ? 0 : 2 / (1 / precision + 1 / recall);
  return {
    precision: ratio(precision),
    recall: ratio(recall),
    f1: ratio(harmonic),
    dice: ratio(diceSum / (lesions + falsePositives)),
    panopticQuality: ratio(iouSum / (found + (missed + falsePositives) / 2)),
  };
}

function describe(
  own: Components,
  other: Components,
  role: 'prediction' | 'truth',
  pairs: readonly LesionPair[],
  matched: readonly LesionPair[],
  pixel: number,
): Lesion[] {
  const otherRole = role === 'truth' ? 'prediction' : 'truth';
  const covered = new Float64Array(own.count + 1);
  for (const pair of pairs) covered[pair[role]]! += pair.shared;
  const matches = Array.from(covered, (): number[] => []);
  const shared = new Float64Array(own.count + 1);
  for (const pair of matched) {
    matches[pair[role]]!.push(pair[otherRole]);
    shared[pair[role]]! += pair.shared;
  }
  return matches.slice(1).map((of, index) => {
    const label = index + 1;
    const size = own.sizes[label]!;
    const both = shared[label]!;
    const sizes = of.reduce((sum, match) => sum + other.sizes[match]!, size);
    return {
      label,
      size,
      volume: size * pixel,
      box: own.box(label),
      centroid: own.centroid(label),
      matches: of.sort((a, b) => a - b),
      covered: covered[label]! / size,
      dice: (2 * both) / sizes,
      iou: both / (sizes - both),
    };
  });
}
