import { heaviestAssignment } from '../assignment.ts';
import { checkOneOf, checkOptions } from '../check-options.ts';
import { type Connectivity, checkConnectivity, labelMask } from '../connected-components.ts';
import { type LabelGrid, position } from '../grid.ts';
import { type LesionPair, overlappingPairs } from '../lesion-matching.ts';
import { binaryMask } from '../mask.ts';
import { gridPair } from '../pair.ts';

export interface DetectionsOptions {
  /** Pixels of at least this are taken to be of a lesion. @default 0.5 */
  readonly threshold?: number;
  /** What makes pixels one lesion. @default 8 in 2-D, 26 in 3-D */
  readonly connectivity?: Connectivity;
  /** The label whose pixels are lesions. @default every label above 0 */
  readonly label?: number;
  /**
   * When a predicted lesion finds a true one: where they share a pixel, whatever else either overlaps; or where
   * their IoU or Dice is at least `minimumOverlap`, each lesion once, so that as many as possible are found and
   * their overlaps are largest (as in PI-CAI). @default 'any-overlap'
   */
  readonly criterion?: 'any-overlap' | 'iou' | 'dice';
  /** Least IoU or Dice, 0 … 1; only for `'iou'` and `'dice'`. @default 0.1 */
  readonly minimumOverlap?: number;
  /**
   * What predicted lesions are that overlap a true one enough but are not the one that found it; only for
   * `'iou'` and `'dice'`. @default 'ignored', neither right nor false
   */
  readonly surplus?: 'ignored' | 'false';
  /** Truth label, also a negative one, of pixels that are neither lesion nor candidate. @default none */
  readonly ignoreIndex?: number;
  /** Name of the case, for messages. @default none */
  readonly id?: string;
}

const optionNames = 'threshold connectivity label criterion minimumOverlap surplus ignoreIndex id';

/** What a soft prediction finds in one case. Plain data. */
export interface Detections {
  /** Lesions of the truth. */
  readonly lesions: number;
  /** Predicted lesions: their highest score, and the labels of the true ones that they find. */
  readonly detections: readonly { readonly score: number; readonly matches: readonly number[] }[];
}

/**
 * Predicted lesions of a soft prediction with their scores, for `froc` and `detectionCurve`.
 *
 * @param prediction 2-D or 3-D probabilities, logits or intensities
 * @param truth labels of the same shape
 * @throws RangeError where shapes differ, a prediction is NaN, an option does not fit, or a label is
 *   negative, fractional or NaN; the message names the case
 */
export function detections(
  prediction: LabelGrid,
  truth: LabelGrid,
  options: DetectionsOptions = {},
): Detections {
  const { threshold = 0.5, label, ignoreIndex } = options;
  const where = checkOptions('detections', options, optionNames);
  checkCriterion(options, where);
  const pair = gridPair(prediction, truth, where);
  const { shape } = pair;
  const connectivity = checkConnectivity(options.connectivity, shape.length, where);
  const above = new Uint8Array(pair.prediction.length);
  const isIgnored = (i: number): boolean => pair.truth[i] === ignoreIndex;
  for (let i = 0; i < above.length; i++) {
    if (isIgnored(i)) continue;
    const value = pair.prediction[i]!;
    if (Number.isNaN(value)) {
      throw new RangeError(
        `${where}: prediction must be numbers, got NaN at ${position(i, shape)}`,
      );
    }
    if (value >= threshold) above[i] = 1;
  }
  const predicted = labelMask(above, shape, connectivity);
  const wanted = ignoreIndex === undefined ? pair.truth : without(ignoreIndex, pair.truth);
  const mask = binaryMask(wanted, shape, label, `${where}: truth`);
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
  const dice = ({ truth: t, prediction: p, shared }: LesionPair) =>
    (2 * shared) / (present.sizes[t]! + predicted.sizes[p]!);
  const overlap = options.criterion === 'dice' ? dice : ({ iou }: LesionPair) => iou;
  const { matched, surplus } = applyCriterion(pairs, options, overlap);
  for (const match of matched) found[match.prediction - 1]!.matches.push(match.truth);
  return { lesions: present.count, detections: found.filter((_, k) => !surplus.has(k + 1)) };
}

/** The labels with background where nothing counts. */
function without(ignored: number, labels: ArrayLike<number>): Float64Array {
  const counting = new Float64Array(labels.length);
  for (let i = 0; i < counting.length; i++) if (labels[i] !== ignored) counting[i] = labels[i]!;
  return counting;
}

/** The pairs in which a lesion is found, and the predicted lesions that do not count. */
function applyCriterion(
  pairs: readonly LesionPair[],
  { criterion = 'any-overlap', minimumOverlap = 0.1, surplus = 'ignored' }: DetectionsOptions,
  overlap: (pair: LesionPair) => number,
): { readonly matched: readonly LesionPair[]; readonly surplus: ReadonlySet<number> } {
  if (criterion === 'any-overlap') return { matched: pairs, surplus: new Set() };
  const enough = pairs.filter((pair) => overlap(pair) >= minimumOverlap);
  const matched = heaviestAssignment(enough, (pair) => 1 + overlap(pair));
  const left = new Set(surplus === 'ignored' ? enough.map(({ prediction }) => prediction) : []);
  for (const { prediction } of matched) left.delete(prediction);
  return { matched, surplus: left };
}

function checkCriterion(options: DetectionsOptions, where: string): void {
  const { criterion = 'any-overlap', minimumOverlap, surplus } = options;
  checkOneOf(criterion, 'criterion', ['any-overlap', 'iou', 'dice'], where);
  if (surplus !== undefined) checkOneOf(surplus, 'surplus', ['ignored', 'false'], where);
  if (minimumOverlap !== undefined && !(minimumOverlap >= 0 && minimumOverlap <= 1)) {
    throw new RangeError(`${where}: \`minimumOverlap\` must be from 0 to 1, got ${minimumOverlap}`);
  }
  if (criterion !== 'any-overlap') return;
  for (const name of ['minimumOverlap', 'surplus'] as const) {
    if (options[name] === undefined) continue;
    throw new RangeError(
      `${where}: \`${name}\` needs \`criterion\` 'iou' or 'dice', got 'any-overlap'`,
    );
  }
}
