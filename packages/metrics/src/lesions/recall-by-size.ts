import type { Lesion } from '../lesion-wise.ts';
import { isUpTo } from '../near.ts';

/** The lesions of one range of volumes. */
export interface SizeBin {
  /** Volumes from here … */
  readonly from: number;
  /** … up to and without here. */
  readonly to: number;
  readonly lesions: number;
  readonly found: number;
  /** `NaN` where there are no lesions. */
  readonly recall: number;
}

/**
 * The recall of lesions by their volume. Volumes that differ from an edge by a millionth are on it.
 *
 * @param lesions those of the truth, of one case or of many together
 * @param edges volumes between the bins, rising, in the unit of `Lesion.volume`; `[10, 100]` makes
 *   three bins
 * @throws RangeError where the edges do not rise
 */
export function recallBySize(
  lesions: readonly Pick<Lesion, 'volume' | 'matches'>[],
  edges: readonly number[],
): SizeBin[] {
  if (edges.some((edge, i) => !(edge > (edges[i - 1] ?? 0)))) {
    throw new RangeError(`\`recallBySize\`: \`edges\` must rise from above 0, got [${edges}]`);
  }
  const ends = [...edges, Number.POSITIVE_INFINITY];
  return ends.map((to, i) => {
    const from = ends[i - 1] ?? 0;
    const inside = lesions.filter(({ volume }) => isUpTo(from, volume) && !isUpTo(to, volume));
    const found = inside.filter(({ matches }) => matches.length > 0).length;
    return { from, to, lesions: inside.length, found, recall: found / inside.length };
  });
}
