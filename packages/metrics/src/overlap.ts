import {
  type EmptyOptions,
  type OverlapScore,
  overlapScore,
  type ScoreOptions,
  wholeScore,
} from './score.ts';

/**
 * Dice coefficient, 2·tp / (2·tp + fp + fn), 0 … 1 (F1 of the pixels). Undefined where both masks
 * are empty.
 */
export const dice: OverlapScore = /* @__PURE__ */ overlapScore(
  'dice',
  ({ tp, fp, fn }) => (2 * tp) / (2 * tp + fp + fn),
);

/** Intersection over union (Jaccard), tp / (tp + fp + fn), 0 … 1. Undefined where both are empty. */
export const iou: OverlapScore = /* @__PURE__ */ overlapScore(
  'iou',
  ({ tp, fp, fn }) => tp / (tp + fp + fn),
);

/** Positive predictive value, tp / (tp + fp), 0 … 1. Undefined where the prediction is empty. */
export const precision: OverlapScore = /* @__PURE__ */ overlapScore(
  'precision',
  ({ tp, fp }) => tp / (tp + fp),
);

/** Sensitivity, tp / (tp + fn), 0 … 1. Undefined where the truth is empty. */
export const recall: OverlapScore = /* @__PURE__ */ overlapScore(
  'recall',
  ({ tp, fn }) => tp / (tp + fn),
);

/** The scores that summaries tell where no others are asked for. */
export const usualScores: Readonly<Record<'dice' | 'iou' | 'precision' | 'recall', OverlapScore>> =
  {
    dice,
    iou,
    precision,
    recall,
  };

/** True negative rate, tn / (tn + fp), 0 … 1. Undefined where the truth is everything. */
export const specificity: OverlapScore = /* @__PURE__ */ overlapScore(
  'specificity',
  ({ tn, fp }) => tn / (tn + fp),
);

export interface FBetaOptions extends ScoreOptions {
  /** How many times more recall weighs than precision, above 0. @default 1, which is Dice */
  readonly beta?: number;
}

/**
 * F-beta, (1 + β²)·tp / ((1 + β²)·tp + β²·fn + fp), 0 … 1. Undefined where both masks are empty.
 *
 * @throws RangeError where `beta` is not above 0
 */
export const fBeta: OverlapScore<FBetaOptions> = /* @__PURE__ */ overlapScore<FBetaOptions>(
  'fBeta',
  ({ tp, fp, fn }, { beta = 1 }) => {
    if (!(beta > 0 && Number.isFinite(beta))) {
      throw new RangeError(`\`fBeta\`: \`beta\` must be above 0, got ${beta}`);
    }
    const square = beta * beta;
    return ((1 + square) * tp) / ((1 + square) * tp + square * fn + fp);
  },
);

/**
 * Volumetric similarity, 1 − |fp − fn| / (2·tp + fp + fn), 0 … 1: do the sizes agree, wherever they
 * lie (Taha & Hanbury 2015). Undefined where both masks are empty.
 */
export const volumetricSimilarity: OverlapScore = /* @__PURE__ */ overlapScore(
  'volumetricSimilarity',
  ({ tp, fp, fn }) => 1 - Math.abs(fp - fn) / (2 * tp + fp + fn),
);

/**
 * Relative volume error, (predicted − true) / true volume, −1 … ∞; 0 is best. Undefined where the
 * truth is empty; its worst value is infinite.
 */
export const relativeVolumeError: OverlapScore = /* @__PURE__ */ overlapScore(
  'relativeVolumeError',
  ({ tp, fp, fn }) => (fp - fn) / (tp + fn),
  { ends: { best: 0, worst: Number.POSITIVE_INFINITY } },
);

/** Share of elements labelled right, 0 … 1, over all classes of a `Confusion`, background included. */
export const accuracy: OverlapScore<EmptyOptions> = /* @__PURE__ */ wholeScore(
  'accuracy',
  (classes) => {
    let [right, total] = [0, 0];
    for (const { tp, fn } of classes) {
      right += tp;
      total += tp + fn;
    }
    return right / total;
  },
);

/**
 * Matthews correlation coefficient, −1 … 1, over all classes of a `Confusion` (Gorodkin 2004).
 * Undefined where prediction or truth has one class only; then 0 as for a guess at random, or 1 where
 * they agree.
 */
export const mcc: OverlapScore<EmptyOptions> = /* @__PURE__ */ wholeScore(
  'mcc',
  (classes) => {
    // Sums of products instead of differences of squares, which lose classes of few elements:
    // Σ tp·total − Σ p·t is Σ (tp·tn − fp·fn), and total² − Σ p² is Σ p·(total − p).
    let [agreed, predicted, present] = [0, 0, 0];
    for (const { tp, fp, fn, tn } of classes) {
      agreed += tp * tn - fp * fn;
      predicted += (tp + fp) * (fn + tn);
      present += (tp + fn) * (fp + tn);
    }
    return agreed / (Math.sqrt(predicted) * Math.sqrt(present));
  },
  { empty: { both: 'best', one: 'zero' }, ends: { best: 1, worst: -1 } },
);
