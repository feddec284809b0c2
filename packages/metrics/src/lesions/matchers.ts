import { heaviestAssignment } from '../assignment.ts';
import { checkOptions } from '../check-options.ts';
import type { LesionMatcher } from '../lesion-matching.ts';
import { voronoiRegions } from '../regions/voronoi-regions.ts';

export interface MatcherOptions {
  /** Least IoU of a match, 0 … 1; whatever it is, a match shares a pixel. */
  readonly iouThreshold?: number;
}

/**
 * One-to-one matching with the largest sum of IoU there is, for the option `matching` (Hungarian
 * algorithm). `'one-to-one'` takes the best pair first and may leave two lesions without a partner that
 * could both have had one.
 *
 * @param options `iouThreshold` is 0.5 by default
 * @throws RangeError where the threshold is not from 0 to 1
 */
export function hungarianMatching(options: MatcherOptions = {}): LesionMatcher & MatcherOptions {
  const iouThreshold = checkThreshold('hungarianMatching', options, 0.5);
  return {
    name: 'hungarian',
    iouThreshold,
    match: (pairs) =>
      heaviestAssignment(
        pairs.filter(({ iou }) => iou > 0 && iou >= iouThreshold),
        ({ iou }) => iou,
      ),
  };
}

/**
 * Matching by the Voronoi regions of the true lesions, for the option `matching`: a predicted lesion
 * belongs to the region that holds most of its pixels (the lower number among equals), and matches the
 * lesion of that region alone, where they overlap enough. Fragments of a lesion all match it; a predicted lesion
 * over two true ones finds one of them.
 *
 * @param options `iouThreshold` is 0 by default: a common pixel is enough
 * @throws RangeError where the threshold is not from 0 to 1
 */
export function voronoiMatching(options: MatcherOptions = {}): LesionMatcher & MatcherOptions {
  const iouThreshold = checkThreshold('voronoiMatching', options, 0);
  return {
    name: 'voronoi',
    iouThreshold,
    match: (pairs, { truth, prediction }) => {
      const regions = voronoiRegions(truth);
      const step = truth.count + 1;
      const pixels = new Map<number, number>();
      for (let i = 0; i < regions.length; i++) {
        if (prediction.labels[i] === 0) continue;
        const key = prediction.labels[i]! * step + regions[i]!;
        pixels.set(key, (pixels.get(key) ?? 0) + 1);
      }
      const home = new Map<number, { readonly region: number; readonly most: number }>();
      for (const [key, most] of [...pixels].sort(([a], [b]) => a - b)) {
        const label = Math.floor(key / step);
        if (most > (home.get(label)?.most ?? 0)) home.set(label, { region: key % step, most });
      }
      return pairs.filter(
        (pair) =>
          pair.iou > 0 &&
          pair.iou >= iouThreshold &&
          home.get(pair.prediction)?.region === pair.truth,
      );
    },
  };
}

function checkThreshold(caller: string, options: MatcherOptions, usual: number): number {
  const where = checkOptions(caller, options, 'iouThreshold');
  const { iouThreshold = usual } = options;
  if (iouThreshold >= 0 && iouThreshold <= 1) return iouThreshold;
  throw new RangeError(`${where}: \`iouThreshold\` must be from 0 to 1, got ${iouThreshold}`);
}
