import type { Components } from './connected-components.ts';

/**
 * When a true and a predicted lesion match:
 *
 * - `'any-overlap'`: they share a pixel; a lesion may match several,
 * - `'iou'`: their IoU is at least `iouThreshold`; a lesion may match several where that is below 0.5,
 * - `'one-to-one'`: the same, but each lesion matches one at most; pairs are taken from the highest
 *   IoU down, ties in the order of the labels.
 */
export type LesionMatching = 'any-overlap' | 'iou' | 'one-to-one';

/** A true and a predicted lesion that share pixels. */
export interface LesionPair {
  readonly truth: number;
  readonly prediction: number;
  /** Pixels in both. */
  readonly shared: number;
  readonly iou: number;
}

/** All pairs of lesions that share a pixel. */
export function overlappingPairs(truth: Components, prediction: Components): LesionPair[] {
  const shared = new Map<number, number>();
  const step = prediction.count + 1;
  for (let i = 0; i < truth.labels.length; i++) {
    const t = truth.labels[i]!;
    const p = prediction.labels[i]!;
    if (t === 0 || p === 0) continue;
    const key = t * step + p;
    shared.set(key, (shared.get(key) ?? 0) + 1);
  }
  return Array.from(shared, ([key, pixels]) => {
    const t = Math.floor(key / step);
    const p = key % step;
    const union = truth.sizes[t]! + prediction.sizes[p]! - pixels;
    return { truth: t, prediction: p, shared: pixels, iou: pixels / union };
  });
}

/** The pairs that match under a rule. */
export function matchLesions(
  pairs: readonly LesionPair[],
  matching: LesionMatching,
  iouThreshold: number,
): readonly LesionPair[] {
  if (matching === 'any-overlap') return pairs;
  const close = pairs.filter(({ iou }) => iou >= iouThreshold);
  if (matching === 'iou') return close;
  close.sort((a, b) => b.iou - a.iou || a.truth - b.truth || a.prediction - b.prediction);
  const truths = new Set<number>();
  const predictions = new Set<number>();
  return close.filter(({ truth, prediction }) => {
    if (truths.has(truth) || predictions.has(prediction)) return false;
    truths.add(truth);
    predictions.add(prediction);
    return true;
  });
}
