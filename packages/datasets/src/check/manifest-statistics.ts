import { areaStatistics, type LesionStatistics } from '@sts-net/amplify';
import { labelsOf } from '@sts-net/volume-io';
import { areaOf } from '../images/unite-masks.ts';
import type { ManifestItem, SplitName } from '../manifest/manifest-item.ts';
import { loadManifest, manifestFolder } from '../manifest/read-manifest.ts';
import { readItemFiles } from './read-item-files.ts';

/** A slice that holds a target. */
export interface TargetSlice {
  readonly item: ManifestItem;
  readonly slice: number;
  /** Pixels of the target in the slice. */
  readonly area: number;
}

/** Sizes of targets in the items of one split, or in all. */
export interface PartStatistics extends Omit<LesionStatistics, 'areas'> {
  readonly name: SplitName | 'all';
  readonly items: number;
  readonly groups: number;
}

export interface ManifestStatistics {
  /** All items; the splits too, if there are any, in the order training, validation, test. */
  readonly parts: readonly PartStatistics[];
  /** What the limits for amplification are taken from: the training split, else all. */
  readonly limits: PartStatistics;
  /** Every slice with a target, the smallest first. */
  readonly targets: readonly TargetSlice[];
}

export interface ManifestStatisticsOptions {
  /** Called before each item is read, with the number of those before and of all. */
  readonly onProgress?: (id: string, done: number, total: number) => void;
  /** Stops between items: the call then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Measures the targets of a data set slice by slice. Masks of 2-D images are not read again. */
export async function manifestStatistics(
  path: string,
  { onProgress, signal }: ManifestStatisticsOptions = {},
): Promise<ManifestStatistics> {
  const folder = await manifestFolder(path);
  const measured: { item: ManifestItem; areas: readonly number[] }[] = [];
  const items = await loadManifest(path);
  for (const item of items) {
    signal?.throwIfAborted();
    onProgress?.(item.id, measured.length, items.length);
    measured.push({ item, areas: await sliceAreas(item, folder) });
  }
  const part = (name: PartStatistics['name']): PartStatistics => {
    const own = measured.filter(({ item }) => name === 'all' || item.split === name);
    const { areas: _, ...statistics } = areaStatistics(own.flatMap(({ areas }) => areas));
    const groups = new Set(own.map(({ item }) => item.group)).size;
    return { name, items: own.length, groups, ...statistics };
  };
  const splits = (['training', 'validation', 'test'] as const).filter((name) =>
    measured.some(({ item }) => item.split === name),
  );
  const parts = [...splits, 'all' as const].map(part);
  return {
    parts,
    limits: parts.find(({ name }) => name === 'training') ?? parts.at(-1)!,
    targets: measured
      .flatMap(({ item, areas }) => areas.map((area, slice) => ({ item, slice, area })))
      .filter(({ area }) => area > 0)
      .sort((a, b) => a.area - b.area),
  };
}

/** Target pixels of each slice of the image, whose axes the mask may store in another order. */
async function sliceAreas(item: ManifestItem, folder: string): Promise<readonly number[]> {
  const [slices] = item.size;
  if (item.area === 0) return new Array(slices).fill(0);
  if (slices === 1) return [item.area];
  // In C order, whatever that of the file.
  const { voxels: labels } = labelsOf((await readItemFiles(item, folder)).labels);
  return Array.from({ length: labels.shape[0]! }, (_, slice) => {
    const size = labels.shape[1]! * labels.shape[2]!;
    return areaOf(labels.data.subarray(slice * size, (slice + 1) * size));
  });
}
