import { checkOneOf } from './check-options.ts';
import type { Components } from './connected-components.ts';
import type { LesionComponents } from './lesion-components.ts';

/**
 * When a true and a predicted lesion match:
 *
 * - `'any-overlap'`: they share a pixel (with a dilation, of the grown truth); a lesion may match several,
 * - `'iou'`: their IoU is at least `iouThreshold`; a lesion may match several where that is below 0.5,
 * - `'one-to-one'`: the same, but each lesion matches one at most; pairs are taken from the highest
 *   IoU down, ties in the order of the labels.
 */
export type LesionMatching = 'any-overlap' | 'iou' | 'one-to-one';

/** A rule of matching beyond those, such as `hungarianMatching` of `@sts-net/metrics/lesions`. */
export interface LesionMatcher {
  readonly name: string;
  /**
   * @param pairs those that overlap and whose true lesion is scored
   * @returns those of them that match
   */
  readonly match: (pairs: readonly LesionPair[], masks: MatchedMasks) => readonly LesionPair[];
}

/** What a rule of matching may look at beside the pairs. */
export interface MatchedMasks {
  readonly truth: Components;
  readonly prediction: Components;
}

/** A true and a predicted lesion that share pixels, of the dilation at least. */
export interface LesionPair {
  readonly truth: number;
  readonly prediction: number;
  /** Pixels in both. */
  readonly shared: number;
  readonly iou: number;
}

/** All pairs of lesions that share a pixel, of the dilation at least. */
export function overlappingPairs(
  truth: LesionComponents,
  prediction: LesionComponents,
): LesionPair[] {
  const shared = new Map<number, number>();
  const step = prediction.own.count + 1;
  for (let i = 0; i < truth.reach.length; i++) {
    const t = truth.reach[i]!;
    const p = prediction.reach[i]!;
    if (t === 0 || p === 0) continue;
    const key = t * step + p;
    const inBoth = truth.own.labels[i] !== 0 && prediction.own.labels[i] !== 0 ? 1 : 0;
    shared.set(key, (shared.get(key) ?? 0) + inBoth);
  }
  return Array.from(shared, ([key, pixels]) => {
    const t = Math.floor(key / step);
    const p = key % step;
    const union = truth.own.sizes[t]! + prediction.own.sizes[p]! - pixels;
    return { truth: t, prediction: p, shared: pixels, iou: pixels / union };
  });
}

/** The pairs that match under a rule. */
export function matchLesions(
  pairs: readonly LesionPair[],
  matching: LesionMatching | LesionMatcher,
  iouThreshold: number,
  masks: MatchedMasks,
): readonly LesionPair[] {
  if (isMatcher(matching)) return matching.match(pairs, masks);
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

/** Throws where `matching` or its threshold is not a rule. */
export function checkMatching(
  matching: LesionMatching | LesionMatcher,
  iouThreshold: number | undefined,
  where: string,
): void {
  const name = isMatcher(matching) ? matching.name : matching;
  if (name === matching) {
    checkOneOf(name, 'matching', ['any-overlap', 'iou', 'one-to-one'], where);
  }
  if (iouThreshold === undefined) return;
  if (!(iouThreshold >= 0 && iouThreshold <= 1)) {
    throw new RangeError(`${where}: \`iouThreshold\` must be from 0 to 1, got ${iouThreshold}`);
  }
  if (name !== 'iou' && name !== 'one-to-one') {
    throw new RangeError(
      `${where}: \`iouThreshold\` needs \`matching\` 'iou' or 'one-to-one', got '${name}'`,
    );
  }
}

function isMatcher(matching: LesionMatching | LesionMatcher): matching is LesionMatcher {
  return typeof matching === 'object' && typeof matching?.match === 'function';
}
