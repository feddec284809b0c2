import { resolve } from 'node:path';
import type { ReadingOptions, Volume } from '@sts-net/volume-io';
import { alikePairs } from '../images/alike.ts';
import { imageDigest, imageSeal } from '../images/image-digest.ts';
import { checkShape, placeLabels } from '../images/place-labels.ts';
import { type Print, parsePrint, printOf } from '../images/print.ts';
import { isFlatImage, readImageFile } from '../images/read-image-file.ts';
import { readLabels } from '../images/read-labels.ts';
import { areaOf } from '../images/unite-masks.ts';
import type { ManifestItem } from '../manifest/manifest-item.ts';
import { manifestFolder, readManifest } from '../manifest/read-manifest.ts';
import { findLeaks, type PartItem } from '../split/find-leaks.ts';

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
  /** Called before each item is read, with the number of those before. */
  readonly onProgress?: (id: string, done: number) => void;
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
  for (const path of paths) {
    const folder = await manifestFolder(path);
    for await (const item of readManifest(path)) {
      signal?.throwIfAborted();
      onProgress?.(item.id, parts.length);
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

interface Looked {
  readonly errors: readonly string[];
  readonly labels: readonly number[];
  /** Undefined where the file could not be read. */
  readonly area?: number;
  readonly digest?: string;
  /** Of 2-D images. */
  readonly print?: Print | undefined;
}

async function lookAt(
  item: ManifestItem,
  folder: string,
  onWarning: ((message: string) => void) | undefined,
): Promise<Looked> {
  try {
    const path = resolve(folder, item.image);
    const isPicture = isFlatImage(path);
    const known = await knownImage(item, path);
    const image = known === undefined ? await readImageFile(path, { onWarning }) : undefined;
    const mask =
      item.mask === null
        ? undefined
        : await readLabels(resolve(folder, item.mask), 'whole', { onWarning });
    const flat = isPicture || mask?.voxels.shape[0] === 1;
    const own = image?.voxels.shape ?? item.size;
    const shape = [flat ? 1 : own[0]!, ...own.slice(1)];
    const labels = [...new Set(mask?.voxels.data)].filter((label) => label !== 0);
    const area = mask === undefined ? 0 : areaOf(mask.voxels.data);
    const digest = image === undefined ? item.digest : imageDigest(image.voxels);
    const placeless = isPicture || (item.mask !== null && isFlatImage(item.mask));
    const errors = [
      ...changed('size', `[${shape.join(', ')}]`, `[${item.size.join(', ')}]`),
      ...changed('digest', digest, item.digest),
      ...changed('area', String(area), String(item.area)),
      ...(mask === undefined ? [] : misplaced(mask, image, shape, { flat, placeless })),
    ];
    const print = image && isPicture ? printOf(image.voxels) : known?.print;
    return { errors, labels, area, digest, print };
  } catch (error) {
    return { errors: [(error as Error).message], labels: [] };
  }
}

/** What the manifest holds of a 2-D image, if neither that nor the file was changed since. */
async function knownImage(
  item: ManifestItem,
  path: string,
): Promise<{ readonly print: Print } | undefined> {
  const { fingerprint, seal } = item;
  if (fingerprint === undefined || seal === undefined || !isFlatImage(path)) return undefined;
  // A file that cannot be read is reported by who reads it.
  const own = await imageSeal(path, item).catch(() => undefined);
  return own === seal ? { print: parsePrint(fingerprint) } : undefined;
}

/** What keeps a mask from lying on its image. */
function misplaced(
  mask: Volume<Uint8Array>,
  image: Volume | undefined,
  shape: readonly number[],
  { flat, placeless }: { readonly flat: boolean; readonly placeless: boolean },
): readonly string[] {
  const words = { subject: 'its mask', reference: 'the image' };
  try {
    if (placeless || image === undefined) checkShape(mask, shape, words);
    else placeLabels(mask, image, { flat, ...words });
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

function changed(what: string, file: string, listed: string): readonly string[] {
  if (file === listed) return [];
  return [
    `its ${what} is ${file}, but the manifest says ${listed}; the file was changed, prepare it again`,
  ];
}
