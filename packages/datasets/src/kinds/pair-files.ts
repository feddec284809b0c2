import { foldName } from '../files/fold-name.ts';
import type { Skipped } from './dataset-spec.ts';
import { pathParts } from './path-parts.ts';

/** An image with the masks that are its by name, if any; paths inside the data set's folder. */
export interface FilePair {
  readonly image: string;
  readonly masks: readonly string[];
}

const maskFolder =
  /^(masks?|labels?(tr|ts)?|ground[-_ ]?truths?|gts?|segmentations?|annotations?)$/i;
const imageFolder = /^(images?(tr|ts)?|volumes?|imgs?|scans?)$/i;
const maskEnding = /[-_. ](mask|msk|seg|segmentation|labels?|gt|gold|roi)([-_ ]?\d+)?$/i;
const imageEnding = /[-_](0000|image|img)$/i;

/** A file's name without what says that it is an image or a mask. */
interface Named {
  readonly path: string;
  /** Folders, without those that are called after images or masks, as names are compared. */
  readonly place: string;
  /** As names are compared. */
  readonly name: string;
  /** As it is written. */
  readonly written: string;
}

/**
 * Finds the mask of each image by name: in a folder called `masks`, `labels`, … or with an ending such
 * as `_mask`. A mask belongs to the image of the same name in the same place; otherwise to the only
 * one that has the name and a further part, or lacks the mask's last (`p1_FLAIR` and `p1_GOLD`,
 * `p1` and `p1_MA`). Masks of one image that differ by a number at the end go together. Capitals and
 * the Unicode form count only where names differ in nothing else.
 */
export function pairFiles(files: readonly string[]): readonly (FilePair | Skipped)[] {
  const images = files.filter((path) => !isMask(path)).map((path) => named(path, imageEnding));
  const byName = new Map<string, Named[]>();
  const byStart = new Map<string, Named[]>();
  for (const image of images) {
    add(byName, image.name, image);
    for (const start of starts(image.name)) add(byStart, start, image);
  }
  const masksOf = new Map<string, string[]>();
  const skipped: Skipped[] = [];
  for (const path of files.filter(isMask)) {
    const mask = named(path, maskEnding);
    const found = imagesOf(mask, byName, byStart);
    if (found.length === 1) add(masksOf, found[0]!.path, path);
    else skipped.push({ skipped: path, reason: unclear(found) });
  }
  const pairs = images.map(({ path }) => pairOf(path, masksOf.get(path) ?? []));
  return [...skipped, ...pairs];
}

/** Whether a file is a mask by the name of its folder or its own. */
export function isMask(path: string): boolean {
  const { folders, stem } = pathParts(path);
  return folders.some((folder) => maskFolder.test(folder)) || maskEnding.test(stem);
}

function named(path: string, ending: RegExp): Named {
  const { folders, stem } = pathParts(path);
  const place = folders.filter((one) => !maskFolder.test(one) && !imageFolder.test(one));
  const written = stem.replace(ending, '').normalize('NFC');
  return { path, place: foldName(place.join('/')), name: foldName(written), written };
}

function imagesOf(
  { place, name, written }: Named,
  byName: ReadonlyMap<string, readonly Named[]>,
  byStart: ReadonlyMap<string, readonly Named[]>,
): readonly Named[] {
  for (const candidates of [
    byName.get(name),
    byStart.get(name),
    ...starts(name).map((start) => byName.get(start)),
  ]) {
    if (candidates === undefined) continue;
    const near = candidates.filter((image) => image.place === place);
    const found = near.length > 0 ? near : candidates;
    const exact = found.filter((image) => image.written === written);
    return exact.length > 0 ? exact : found;
  }
  return [];
}

/** `a_b_c` → `a_b`, `a`: the longest first. */
function starts(name: string): string[] {
  const found = [...name.matchAll(/[-_. ]/g)].map(({ index }) => name.slice(0, index));
  return found.filter((start) => start !== '').reverse();
}

function pairOf(image: string, masks: readonly string[]): FilePair | Skipped {
  const numbered = new Set(masks.map((mask) => named(mask, maskEnding)).map(({ name }) => name));
  if (masks.length <= 1 || numbered.size === 1) return { image, masks };
  return {
    skipped: image,
    reason: `${masks.length} masks have its name: ${masks.slice(0, 3).join(', ')}${masks.length > 3 ? ', …' : ''}; choose one by \`image\` and \`mask\``,
  };
}

function unclear(found: readonly Named[]): string {
  if (found.length === 0) return 'no image has its name';
  const [one, other] = found;
  return `two images have its name, ${one!.path} and ${other!.path}; choose one by \`image\` and \`mask\`, or make them channels of one image by \`image\``;
}

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
