import { mkdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { likeVolume, writeImage, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { fileError } from '../files/file-error.ts';
import { writeFolderAtomic } from '../files/write-folder-atomic.ts';
import { type Print, printOf } from './alike.ts';
import type { DatasetItem, DatasetOptions, DatasetSpec, Skipped } from './dataset.ts';
import { groupAlike } from './group-alike.ts';
import { imageDigest } from './image-digest.ts';
import type { ManifestItem } from './manifest-item.ts';
import { manifestText } from './manifest-text.ts';
import { type ReadItem, readItem } from './read-item.ts';
import { areaOf } from './unite-masks.ts';

export interface PrepareOptions extends DatasetOptions {
  /** Takes only what covers less than this share of its image, per cent. @default everything */
  readonly maxShare?: number | undefined;
  /** Leaves out images without a target. @default false */
  readonly skipEmpty?: boolean | undefined;
  /** Brings masks of 2-D images to the size of their image. @default false */
  readonly stretchMasks?: boolean | undefined;
  /** Puts 2-D images that are nearly the same into one group. @default false */
  readonly groupAlike?: boolean | undefined;
  /** Called before each item is read, with the number of those before. */
  readonly onProgress?: ((id: string, done: number) => void) | undefined;
  /** Stops between items: the call then throws the signal's reason and leaves nothing. */
  readonly signal?: AbortSignal | undefined;
}

/** What became of the images of a data set. */
export interface PreparedDataset {
  readonly items: readonly ManifestItem[];
  /** Left out by `skipEmpty`. */
  readonly empty: number;
  /** Left out by `maxShare`. */
  readonly large: number;
  /** Ids of items that are the same image, which were given one group. */
  readonly duplicates: readonly (readonly string[])[];
  readonly skipped: readonly Skipped[];
}

/**
 * Lists a data set in `manifest.jsonl` of a new folder, and writes beside it what no file of the data
 * set holds: united or drawn masks, and volumes of DICOM series. Other files stay where they are and
 * are named by their path from the new folder. One item is in memory at a time. What cannot be read is
 * skipped, with the reason.
 *
 * @throws Error if the folder holds no such data set, or the output cannot be written.
 */
export async function prepareDataset(
  spec: DatasetSpec,
  folder: string,
  output: string,
  options: PrepareOptions = {},
): Promise<PreparedDataset> {
  checkOptions(spec, options);
  const collected = new Collection(options);
  let prepared = collected.result();
  await writeFolderAtomic(output, [], async (temporary, writeText) => {
    const root = await realFolder(folder);
    const home = join(await realFolder(dirname(temporary)), basename(resolve(output)));
    let done = 0;
    for await (const one of spec.list(root, options)) {
      options.signal?.throwIfAborted();
      if ('skipped' in one) {
        collected.skip(relative(root, one.skipped), one.reason);
        continue;
      }
      if (collected.has(one.id)) {
        collected.skip(one.id, 'there is another image of this name');
        continue;
      }
      options.onProgress?.(one.id, done++);
      const read = await readItem(one, options.stretchMasks ?? false).catch((error: Error) => {
        collected.skip(one.id, error.message);
      });
      if (read === undefined || !collected.takes(read)) continue;
      const files = await writeMade(temporary, one, read);
      collected.add(one, read, {
        image: files.image ?? relativePath(home, one.image as string),
        mask: files.mask ?? relativePath(home, (one.mask as readonly string[])[0]!),
      });
    }
    prepared = collected.result();
    const { items, skipped } = prepared;
    if (items.length === 0) throw nothingFound(folder, spec, prepared);
    await writeText('manifest.jsonl', manifestText(items));
    await writeText('skipped.jsonl', skipped.map((one) => `${JSON.stringify(one)}\n`).join(''));
  });
  return prepared;
}

function checkOptions(spec: DatasetSpec, options: DatasetOptions): void {
  for (const name of ['image', 'mask', 'patient', 'target', 'readers'] as const) {
    if (options[name] === undefined || spec.options.includes(name)) continue;
    throw new RangeError(
      `--${name} means nothing for this kind of data set; it takes ${spec.options.map((one) => `--${one}`).join(', ')}`,
    );
  }
}

const noPrint: Print = new Float32Array();

/** Items as they come, with what was left out. */
class Collection {
  readonly #options: PrepareOptions;
  readonly #items: ManifestItem[] = [];
  readonly #skipped: Skipped[] = [];
  readonly #ids = new Set<string>();
  readonly #prints: Print[] = [];
  readonly #sameImage = new Map<string, [ManifestItem, ...ManifestItem[]]>();
  #empty = 0;
  #large = 0;

  constructor(options: PrepareOptions) {
    this.#options = options;
  }

  skip(skipped: string, reason: string): void {
    this.#skipped.push({ skipped, reason });
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  takes({ labels }: ReadItem): boolean {
    const { maxShare = 100, skipEmpty = false } = this.#options;
    const area = areaOf(labels.data);
    const isEmpty = skipEmpty && area === 0;
    const isLarge = maxShare < 100 && 100 * area >= maxShare * labels.data.length;
    if (isEmpty) this.#empty++;
    else if (isLarge) this.#large++;
    return !isEmpty && !isLarge;
  }

  add(
    { id, group, split }: DatasetItem,
    { image, flat, labels }: ReadItem,
    files: Pick<ManifestItem, 'image' | 'mask'>,
  ): void {
    this.#ids.add(id);
    const digest = imageDigest(image.voxels);
    const same = this.#sameImage.get(digest);
    const item: ManifestItem = {
      id,
      group: same?.[0].group ?? group,
      ...files,
      size: labels.shape as [number, number, number],
      spacing: flat ? null : image.spacing,
      area: areaOf(labels.data),
      digest,
      split,
    };
    if (same === undefined) this.#sameImage.set(digest, [item]);
    else same.push(item);
    this.#items.push(item);
    // Volumes have no print, which is like no other.
    if (this.#options.groupAlike) this.#prints.push(flat ? printOf(image.voxels) : noPrint);
  }

  result(): PreparedDataset {
    const same = [...this.#sameImage.values()].filter((items) => items.length > 1);
    return {
      items: this.#options.groupAlike ? groupAlike(this.#items, this.#prints) : this.#items,
      empty: this.#empty,
      large: this.#large,
      duplicates: same.map((items) => items.map(({ id }) => id)),
      skipped: this.#skipped,
    };
  }
}

/** Writes the files of an item that the data set does not hold; their paths in the folder. */
async function writeMade(
  folder: string,
  { id, image: source }: DatasetItem,
  { image, flat, labels, made }: ReadItem,
): Promise<{ readonly image?: string; readonly mask?: string }> {
  const files: { image?: string; mask?: string } = {};
  if (typeof source !== 'string') {
    files.image = `images/${id}.nii.gz`;
    await mkdir(join(folder, 'images'), { recursive: true });
    await writeVolume(join(folder, files.image), image);
  }
  if (made) {
    files.mask = `masks/${id}${flat ? '.png' : '.nii.gz'}`;
    await mkdir(join(folder, 'masks'), { recursive: true });
    const path = join(folder, files.mask);
    if (flat) await writeImage(path, ndarray(labels.data, labels.shape.slice(1)));
    else await writeVolume(path, likeVolume(image, labels));
  }
  return files;
}

async function realFolder(path: string): Promise<string> {
  try {
    return await realpath(resolve(path));
  } catch (cause) {
    throw fileError(path, 'read the folder', cause);
  }
}

function relativePath(from: string, to: string): string {
  return relative(from, to).split(sep).join('/');
}

function nothingFound(
  folder: string,
  { layout }: DatasetSpec,
  { skipped, empty, large }: PreparedDataset,
): Error {
  const [first] = skipped;
  const found =
    first === undefined
      ? `found ${empty + large === 0 ? 'none' : `only ${empty} without a target and ${large} with a large one, which the options leave out`}`
      : `found none that can be used; '${first.skipped}': ${first.reason}`;
  return new RangeError(`'${folder}' must hold ${layout}; ${found}`);
}
