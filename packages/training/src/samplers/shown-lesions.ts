import type { Window } from '@sts-net/inference';
import { connectedComponents } from '@sts-net/metrics';
import type { Sample } from '@sts-net/volume-io';
import { withoutIgnored } from '../samples/ignored.ts';

/** Pixels of each lesion of a sample that a window shows, all that the sample has of it. */
export function shownLesions(
  mask: Sample['mask'],
  { top, left }: Window,
  [height, width]: readonly [number, number],
): readonly number[] {
  const { labels, sizes, shape, count } = connectedComponents(withoutIgnored(mask));
  if (count === 0) return [];
  const [rows, columns] = shape as [number, number];
  const shown = new Set<number>();
  for (let row = Math.max(0, top); row < Math.min(rows, top + height); row++) {
    for (let column = Math.max(0, left); column < Math.min(columns, left + width); column++) {
      shown.add(labels[row * columns + column]!);
    }
  }
  shown.delete(0);
  return [...shown].sort((a, b) => a - b).map((lesion) => sizes[lesion]!);
}

/** How many lesions there are of sizes from … to, in pixels. */
export interface SizeCount {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Counts sizes in bins that double: 1, 2–3, 4–7, …; those that nothing fell into are left out. */
export function countSizes(sizes: Iterable<number>): readonly SizeCount[] {
  const counts = new Map<number, number>();
  for (const size of sizes) {
    const bin = Math.floor(Math.log2(size));
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([bin, count]) => ({ from: 2 ** bin, to: 2 ** (bin + 1) - 1, count }));
}
