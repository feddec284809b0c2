import type { ReadingOptions } from '@sts-net/volume-io';
import { alikePairs } from '../images/alike.ts';
import type { Print } from '../images/print.ts';
import { loadManifest, manifestFolder } from '../manifest/read-manifest.ts';
import { findLeaks, type PartItem } from '../split/find-leaks.ts';
import { lookAt } from './look-at.ts';

/** What a look at all files of a data set found. */
export interface ManifestCheck {
  readonly items: number;
  readonly groups: number;
  /** Items without a target, of those that have a mask. */
  readonly empty: number;
  readonly withoutMask: number;
  /** In how many masks each label occurs, background left out. */
  readonly labels: ReadonlyMap<number, number>;
  /** Ids of items of one image. */
  readonly duplicates: readonly (readonly string[])[];
  /** Ids of 2-D images that are nearly the same, but in different groups. */
  readonly alike: readonly (readonly [string, string])[];
  /** What must be put right before training. */
  readonly errors: readonly string[];
}

export interface CheckManifestOptions extends ReadingOptions {
  /** Called before each item is read, with the number of those before and of all. */
  readonly onProgress?: (id: string, done: number, total: number) => void;
  /** Stops between items: the call then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Reads every file that manifests name and compares it with what they say; pixels of 2-D images only
 * where the manifest's `seal` does not hold. An item belongs to its
 * split or, without one, to its manifest; a group or an image in two of these is an error.
 *
 * @throws Error if a manifest cannot be read; what is wrong with items is in the result.
 */
export async function checkManifests(
  paths: readonly string[],
  { onProgress, signal, onWarning }: CheckManifestOptions = {},
): Promise<ManifestCheck> {
  const errors: string[] = [];
  const parts: PartItem[] = [];
  const labels = new Map<number, number>();
  const sameImage = new Map<string, string[]>();
  const printed: { readonly part: PartItem; readonly print: Print }[] = [];
  let empty = 0;
  let withoutMask = 0;
  const manifests = [];
  for (const path of paths) {
    manifests.push({ path, folder: await manifestFolder(path), items: await loadManifest(path) });
  }
  const total = manifests.reduce((sum, { items }) => sum + items.length, 0);
  for (const { path, folder, items } of manifests) {
    for (const item of items) {
      signal?.throwIfAborted();
      onProgress?.(item.id, parts.length, total);
      const looked = await lookAt(item, folder, onWarning);
      errors.push(...looked.errors.map((error) => `'${item.id}': ${error}`));
      for (const label of looked.labels) labels.set(label, (labels.get(label) ?? 0) + 1);
      if (item.mask === null) withoutMask++;
      else if (looked.area === 0) empty++;
      const digest = looked.digest ?? item.digest;
      sameImage.set(digest, [...(sameImage.get(digest) ?? []), item.id]);
      const part = { id: item.id, group: item.group, digest, part: item.split ?? path };
      parts.push(part);
      if (looked.print !== undefined) printed.push({ part, print: looked.print });
    }
  }
  return {
    items: parts.length,
    groups: new Set(parts.map(({ group }) => group)).size,
    empty,
    withoutMask,
    labels: new Map([...labels].sort(([a], [b]) => a - b)),
    duplicates: [...sameImage.values()].filter((ids) => ids.length > 1),
    alike: alikeAcrossGroups(printed),
    errors: [...errors, ...findLeaks(parts)],
  };
}

function alikeAcrossGroups(
  printed: readonly { readonly part: PartItem; readonly print: Print }[],
): readonly (readonly [string, string])[] {
  const pairs = alikePairs(printed.map(({ print }) => print));
  return pairs
    .map(([i, j]) => [printed[i]!.part, printed[j]!.part] as const)
    .filter(([a, b]) => a.group !== b.group && a.digest !== b.digest)
    .map(([a, b]) => [a.id, b.id] as const);
}
