import {
  type Box,
  type Components,
  type Connectivity,
  checkConnectivity,
  labelMask,
} from './connected-components.ts';
import { type EmptyPolicy, emptyRule, emptyValue } from './empty.ts';
import type { LabelGrid } from './grid.ts';
import {
  type LesionMatching,
  type LesionPair,
  matchLesions,
  overlappingPairs,
} from './lesion-matching.ts';
import { binaryMask } from './mask.ts';
import { gridPair, subject } from './pair.ts';
import { defaultEmpty } from './score.ts';

export interface LesionWiseOptions {
  /** What makes pixels one lesion. @default 8 in 2-D, 26 in 3-D */
  readonly connectivity?: Connectivity;
  /** When a true and a predicted lesion match. @default 'any-overlap' */
  readonly matching?: LesionMatching;
  /** Least IoU of a match, 0 … 1; only for `'iou'` and `'one-to-one'`. @default 0.5 */
  readonly iouThreshold?: number;
  /** The label whose pixels are lesions. @default every label above 0 */
  readonly label?: number;
  /** What a score is where it is 0/0. @default { both: 'skip', one: 'worst' } */
  readonly empty?: EmptyPolicy;
  /** Name of the case, for messages. @default none */
  readonly id?: string;
}

/** A lesion of the truth or of the prediction. */
export interface Lesion {
  /** Its number among the connected components of its mask, from 1. */
  readonly label: number;
  /** Pixels. */
  readonly size: number;
  readonly box: Box;
  /** Mean index of its pixels along each axis. */
  readonly centroid: readonly number[];
  /** Labels of the lesions in the other mask that it matches: none for a miss or a false positive. */
  readonly matches: readonly number[];
  /** Share of its pixels that the other mask holds, matched or not, 0 … 1. */
  readonly covered: number;
  /** Dice with the lesions it matches, taken together, 0 … 1; 0 where it matches none. */
  readonly dice: number;
}

export interface LesionWiseResult {
  /** Every lesion of the truth; it is found where `matches` is not empty. */
  readonly lesions: readonly Lesion[];
  /** Every predicted lesion; it is a false positive where `matches` is empty. */
  readonly predictions: readonly Lesion[];
  /** Lesions of the truth that a predicted one matches. */
  readonly found: number;
  readonly missed: number;
  readonly falsePositives: number;
  /** Matched share of the predicted lesions, 0 … 1. */
  readonly precision: number;
  /** Found share of the true lesions, 0 … 1. */
  readonly recall: number;
  /** Harmonic mean of precision and recall, 0 … 1. */
  readonly f1: number;
  /** Sum of the true lesions' Dice / (true lesions + false positives), 0 … 1. */
  readonly dice: number;
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
  const { matching = 'any-overlap', iouThreshold, label, empty = defaultEmpty, id } = options;
  const where = subject('lesionWise', id);
  checkMatching(matching, iouThreshold, where);
  const pair = gridPair(prediction, truth, where);
  const connectivity = checkConnectivity(options.connectivity, pair.shape.length, where);
  const components = (role: 'prediction' | 'truth'): Components => {
    const mask = binaryMask(pair[role], pair.shape, label, `${where}: ${role}`);
    return labelMask(mask, pair.shape, connectivity);
  };
  const predicted = components('prediction');
  const present = components('truth');
  const pairs = overlappingPairs(present, predicted);
  const matched = matchLesions(pairs, matching, iouThreshold ?? 0.5);
  const lesions = describe(present, predicted, 'truth', pairs, matched);
  const predictions = describe(predicted, present, 'prediction', pairs, matched);

  const found = lesions.filter(({ matches }) => matches.length > 0).length;
  const falsePositives = predictions.filter(({ matches }) => matches.length === 0).length;
  const rule = emptyRule(empty, lesions.length + predictions.length === 0);
  const ratio = (value: number): number => (Number.isNaN(value) ? emptyValue(rule, 0) : value);
  const hits = predictions.length - falsePositives;
  return {
    lesions,
    predictions,
    found,
    missed: lesions.length - found,
    falsePositives,
    precision: ratio(hits / predictions.length),
    recall: ratio(found / lesions.length),
    f1: ratio(harmonicMean(found, lesions.length, hits, predictions.length)),
    dice: ratio(
      lesions.reduce((sum, { dice }) => sum + dice, 0) / (lesions.length + falsePositives),
    ),
  };
}

/** Of found/lesions and hits/predictions; 0 where one of them is, `NaN` where there is nothing. */
function harmonicMean(found: number, lesions: number, hits: number, predictions: number): number {
  if (lesions + predictions === 0) return Number.NaN;
  if (found === 0 || hits === 0) return 0;
  return 2 / (lesions / found + predictions / hits);
}

function describe(
  own: Components,
  other: Components,
  role: 'prediction' | 'truth',
  pairs: readonly LesionPair[],
  matched: readonly LesionPair[],
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
    const sizes = of.reduce((sum, match) => sum + other.sizes[match]!, size);
    return {
      label,
      size,
      box: own.box(label),
      centroid: own.centroid(label),
      matches: of.sort((a, b) => a - b),
      covered: covered[label]! / size,
      dice: (2 * shared[label]!) / sizes,
    };
  });
}

function checkMatching(
  matching: LesionMatching,
  iouThreshold: number | undefined,
  where: string,
): void {
  if (!['any-overlap', 'iou', 'one-to-one'].includes(matching)) {
    throw new RangeError(
      `${where}: \`matching\` must be 'any-overlap', 'iou' or 'one-to-one', got ${JSON.stringify(matching)}`,
    );
  }
  if (iouThreshold === undefined) return;
  if (!(iouThreshold >= 0 && iouThreshold <= 1)) {
    throw new RangeError(`${where}: \`iouThreshold\` must be from 0 to 1, got ${iouThreshold}`);
  }
  if (matching === 'any-overlap') {
    throw new RangeError(
      `${where}: \`iouThreshold\` needs \`matching\` 'iou' or 'one-to-one', got 'any-overlap'`,
    );
  }
}
