import type { LesionPair } from './lesion-matching.ts';

/** Lesions as panoptic quality counts them. */
export interface PanopticCounts {
  /** Pairs of a true and a predicted lesion with an IoU above 0.5, of which each is in one at most. */
  readonly pairs: number;
  /** Sum of their IoU. */
  readonly iouSum: number;
  /** True lesions in none. */
  readonly missed: number;
  /** Predicted lesions in none. */
  readonly falsePositives: number;
}

/**
 * Counts pairs for panoptic quality (Kirillov et al. 2019, Eq. 1).
 *
 * @param overlaps all pairs that overlap
 * @param truths labels of the true lesions that count
 * @param predictions labels of the predicted ones that do
 */
export function panopticCounts(
  overlaps: readonly LesionPair[],
  truths: ReadonlySet<number>,
  predictions: ReadonlySet<number>,
): PanopticCounts {
  const above = overlaps.filter(({ truth, iou }) => iou > 0.5 && truths.has(truth));
  return {
    pairs: above.length,
    iouSum: above.reduce((sum, { iou }) => sum + iou, 0),
    missed: truths.size - above.length,
    falsePositives: predictions.size - above.length,
  };
}

/** Their sum over cases. */
export function sumPanoptic(cases: readonly PanopticCounts[]): PanopticCounts {
  const sum = { pairs: 0, iouSum: 0, missed: 0, falsePositives: 0 };
  for (const one of cases) {
    for (const name of Object.keys(sum) as (keyof PanopticCounts)[]) sum[name] += one[name];
  }
  return sum;
}
