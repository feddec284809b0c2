import { checkOptions } from './check-options.ts';
import type { Box } from './connected-components.ts';
import { defaultEmpty, type EmptyPolicy, emptyRule, emptyValue, share } from './empty.ts';
import { type FoundLesions, findLesions } from './find-lesions.ts';
import type { LabelGrid } from './grid.ts';
import { type LesionWiseOptions, lesionWiseOptionNames } from './lesion-wise-options.ts';
import type { PanopticCounts } from './panoptic.ts';

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
  /** What the panoptic quality counts, whatever the rule of matching. */
  readonly panoptic: PanopticCounts;
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
   * Panoptic quality (Kirillov et al. 2019), 0 … 1: the IoU of pairs of lesions summed up / (pairs + (true +
   * predicted lesions without one) / 2), pairs being those with an IoU above 0.5, whatever `matching` is.
   */
  readonly panopticQuality: number;
}

export interface LesionWiseResult extends LesionCounts, LesionScores {
  /** Every scored lesion of the truth; it is found where `matches` is not empty. */
  readonly lesions: readonly Lesion[];
  /** Every scored predicted lesion; it is a false positive where `matches` is empty. */
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
  const where = checkOptions('lesionWise', options, lesionWiseOptionNames);
  return scoreLesions(prediction, truth, options, where);
}

/** `lesionWise` on behalf of the function and case that `where` names. */
export function scoreLesions(
  prediction: LabelGrid,
  truth: LabelGrid,
  options: LesionWiseOptions,
  where: string,
): LesionWiseResult {
  const { empty = defaultEmpty } = options;
  const found = findLesions(prediction, truth, options, where);
  const lesions = describeLesions(found, 'truth');
  const predictions = describeLesions(found, 'prediction');
  const counts = countLesions(lesions, predictions, found.panoptic);
  return { lesions, predictions, ...counts, ...lesionScores(counts, empty) };
}

/** Counts what was found among lesions. */
export function countLesions(
  lesions: readonly Pick<Lesion, 'matches' | 'dice'>[],
  predictions: readonly Pick<Lesion, 'matches'>[],
  panoptic: PanopticCounts,
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
    panoptic,
  };
}

/**
 * The scores of counts: those of one case, or the sum of those of several, as of one case that holds all
 * of their lesions.
 *
 * @param empty what a score is where it is 0/0
 */
export function lesionScores(
  counts: LesionCounts,
  empty: EmptyPolicy = defaultEmpty,
): LesionScores {
  const { found, missed, hits, falsePositives, diceSum, panoptic } = counts;
  const lesions = found + missed;
  const rule = emptyRule(empty, lesions + hits + falsePositives === 0);
  const ratio = (value: number): number => (Number.isNaN(value) ? emptyValue(rule, share) : value);
  const precision = hits / (hits + falsePositives);
  const recall = found / lesions;
  const harmonic =
    found === 0 && lesions + falsePositives > 0 ? 0 : 2 / (1 / precision + 1 / recall);
  return {
    precision: ratio(precision),
    recall: ratio(recall),
    f1: ratio(harmonic),
    dice: ratio(diceSum / (lesions + falsePositives)),
    panopticQuality: ratio(
      panoptic.iouSum / (panoptic.pairs + (panoptic.missed + panoptic.falsePositives) / 2),
    ),
  };
}

/** The scored lesions of one mask. */
export function describeLesions(found: FoundLesions, role: 'prediction' | 'truth'): Lesion[] {
  const { pairs, matched } = found;
  const isTruth = role === 'truth';
  const [{ own }, { own: other }] = isTruth
    ? [found.present, found.predicted]
    : [found.predicted, found.present];
  const scored = isTruth ? found.truths : found.predictions;
  const otherRole = isTruth ? 'prediction' : 'truth';
  const pixel = found.spacing.reduce((a, b) => a * b, 1);
  const covered = new Float64Array(own.count + 1);
  for (const pair of pairs) covered[pair[role]]! += pair.shared;
  const matches = Array.from(covered, (): number[] => []);
  const shared = new Float64Array(own.count + 1);
  for (const pair of matched) {
    matches[pair[role]]!.push(pair[otherRole]);
    shared[pair[role]]! += pair.shared;
  }
  return [...scored].map((label) => {
    const of = matches[label]!;
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
