import { connectedComponents } from '@sts-net/metrics';
import type { Volume } from '@sts-net/volume-io';

/** What a threshold finds in a case, of which small lesions may still be taken away. */
interface FoundParts {
  /** Predicted lesions, the largest first. */
  readonly parts: readonly FoundPart[];
}

/** A predicted lesion. */
interface FoundPart {
  readonly voxels: number;
  /** Of those, how many the truth holds. */
  readonly right: number;
  /** True lesions that it touches, with the IoU of the two. */
  readonly touched: readonly { readonly lesion: number; readonly iou: number }[];
}

/** A case as every threshold finds it. */
export interface CaseCounts {
  /** mm³ of a voxel. */
  readonly voxelVolume: number;
  /** Voxels of the truth. */
  readonly truth: number;
  /** Lesions of the truth. */
  readonly lesions: number;
  /** One for each threshold. */
  readonly found: readonly FoundParts[];
}

/** Scores of a case at a threshold, without the lesions below a volume. */
export interface CountsAt {
  readonly dice: number;
  /**
   * Lesions of the truth that are found, each by a predicted one of its own, pairs of the highest IoU first:
   * else one that covers the whole image would find all.
   */
  readonly found: number;
  /** Predicted lesions that touch a true one, and those that touch none. */
  readonly hits: number;
  readonly falseAlarms: number;
}

/**
 * Counts what thresholds find of one class in a case; voxels from the threshold on are found, and
 * lesions are what is connected over faces, edges or corners.
 *
 * @param probabilities of the class
 * @param truth 1 where it is, on the same grid
 * @param thresholds any order
 */
export function countCase(
  { voxels, spacing }: Volume<Float32Array>,
  truth: Uint8Array,
  thresholds: readonly number[],
): CaseCounts {
  const { shape, data } = voxels;
  const present = connectedComponents({ data: truth, shape });
  const ofTruth: number[] = [];
  for (let i = 0; i < truth.length; i++) if (truth[i] !== 0) ofTruth.push(i);
  const above = new Uint8Array(data.length);
  const found = thresholds.map((threshold) => {
    const least = Math.fround(threshold);
    for (let i = 0; i < data.length; i++) above[i] = data[i]! >= least ? 1 : 0;
    const predicted = connectedComponents({ data: above, shape });
    const right = new Int32Array(predicted.count + 1);
    const shared = Array.from(right, () => new Map<number, number>());
    for (const i of ofTruth) {
      const part = predicted.labels[i]!;
      if (part === 0) continue;
      right[part]!++;
      const own = shared[part]!;
      const lesion = present.labels[i]!;
      own.set(lesion, (own.get(lesion) ?? 0) + 1);
    }
    const parts = Array.from({ length: predicted.count }, (_, i) => {
      const voxels = predicted.sizes[i + 1]!;
      const touched = Array.from(shared[i + 1]!, ([lesion, both]) => ({
        lesion,
        iou: both / (voxels + present.sizes[lesion]! - both),
      }));
      return { voxels, right: right[i + 1]!, touched };
    });
    return { parts: parts.sort((a, b) => b.voxels - a.voxels) };
  });
  return {
    voxelVolume: spacing.reduce((a, b) => a * b),
    truth: present.sizes.subarray(1).reduce((a, b) => a + b, 0),
    lesions: present.count,
    found,
  };
}

/**
 * The scores of a case without the lesions below a volume.
 *
 * @param threshold its place among the thresholds
 * @param minimumVolume mm³
 */
export function countsAt(
  { voxelVolume, truth, found }: CaseCounts,
  threshold: number,
  minimumVolume: number,
): CountsAt {
  const kept = found[threshold]!.parts.filter(
    ({ voxels }) => voxels * voxelVolume >= minimumVolume,
  );
  let [voxels, right, hits] = [0, 0, 0];
  for (const part of kept) {
    voxels += part.voxels;
    right += part.right;
    if (part.touched.length > 0) hits++;
  }
  return {
    // Nothing found where nothing is: as good as can be.
    dice: voxels + truth === 0 ? 1 : (2 * right) / (voxels + truth),
    found: pairsOf(kept),
    hits,
    falseAlarms: kept.length - hits,
  };
}

/** How many lesions have a part of their own. */
function pairsOf(parts: readonly FoundPart[]): number {
  const pairs = parts
    .flatMap(({ touched }, part) => touched.map((one) => ({ ...one, part })))
    .sort((a, b) => b.iou - a.iou);
  const lesions = new Set<number>();
  const used = new Set<number>();
  for (const { lesion, part } of pairs) {
    if (lesions.has(lesion) || used.has(part)) continue;
    lesions.add(lesion);
    used.add(part);
  }
  return lesions.size;
}
