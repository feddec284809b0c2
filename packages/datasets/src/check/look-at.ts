import { resolve } from 'node:path';
import { labelCounts, type Volume } from '@sts-net/volume-io';
import { type Channel, checkChannel } from '../images/check-channel.ts';
import { digestOfChannels, imageDigest, imageSeal } from '../images/image-digest.ts';
import { wholeOrMapped } from '../images/label-map.ts';
import { checkShape, placeLabels } from '../images/place-labels.ts';
import { type Print, parsePrint, printOf } from '../images/print.ts';
import { isFlatImage, readImageFile } from '../images/read-image-file.ts';
import { readLabels } from '../images/read-labels.ts';
import { channelNamesOf, filesOf } from '../manifest/image-files.ts';
import type { ManifestItem } from '../manifest/manifest-item.ts';
import { takenOut } from './read-item-files.ts';

/** What the files of an item hold. */
export interface Looked {
  /** Where they are not what the manifest says. */
  readonly errors: readonly string[];
  readonly labels: readonly number[];
  /** Undefined where the file could not be read. */
  readonly area?: number;
  readonly digest?: string;
  /** Of 2-D images. */
  readonly print?: Print | undefined;
}

type OnWarning = ((message: string) => void) | undefined;

/** Reads the files of an item; what is wrong with them is in the result. */
export async function lookAt(
  item: ManifestItem,
  folder: string,
  onWarning: OnWarning,
): Promise<Looked> {
  try {
    const paths = filesOf(item.image).map((path) => resolve(folder, path));
    const isPicture = isFlatImage(paths[0]!);
    const known = await knownImage(item, paths);
    const read = known === undefined ? await readChannels(item, paths, onWarning) : undefined;
    const image = read?.image;
    const mask =
      item.mask === null ? undefined : await readMask(item, resolve(folder, item.mask), onWarning);
    const flat = isPicture || mask?.voxels.shape[0] === 1;
    const own = image?.voxels.shape ?? item.size;
    const shape = [flat ? 1 : own[0]!, ...own.slice(1)];
    const counts =
      mask === undefined ? [] : [...labelCounts(mask)].filter(([label]) => label !== 0);
    const labels = counts.map(([label]) => label);
    const area = counts.reduce((sum, [, count]) => sum + count, 0);
    const digest = read?.digest ?? item.digest;
    const placeless = isPicture || (item.mask !== null && isFlatImage(item.mask));
    const first = channelNamesOf(item.image)?.[0];
    const errors = [
      ...changed('size', `[${shape.join(', ')}]`, `[${item.size.join(', ')}]`),
      ...changed('digest', digest, item.digest),
      ...changed('area', String(area), String(item.area)),
      ...(mask === undefined ? [] : misplaced(mask, image, shape, { flat, placeless, first })),
    ];
    const print = image && isPicture ? printOf(image.voxels) : known?.print;
    return { errors, labels, area, digest, print };
  } catch (error) {
    return { errors: [(error as Error).message], labels: [] };
  }
}

/** The labels as they lie in their file, with background where nothing counts. */
async function readMask(
  { ignore }: ManifestItem,
  path: string,
  onWarning: OnWarning,
): Promise<Volume<Uint8Array>> {
  const labels = await readLabels(path, wholeOrMapped(undefined, ignore), { onWarning });
  return ignore === undefined ? labels : takenOut(labels).labels;
}

/**
 * The first channel, and the digest of all.
 *
 * @throws Error if one cannot be read, or they cannot be channels of one image
 */
async function readChannels(
  { id, image }: ManifestItem,
  paths: readonly string[],
  onWarning: OnWarning,
): Promise<{ readonly image: Volume; readonly digest: string }> {
  const names = channelNamesOf(image);
  const digests: string[] = [];
  let first: Channel | undefined;
  for (const [i, path] of paths.entries()) {
    const volume = await readImageFile(path, { onWarning });
    const channel = { name: names?.[i] ?? '', flat: isFlatImage(path), volume };
    first ??= channel;
    digests.push(imageDigest(volume.voxels));
    const odd = names && checkChannel(channel, first);
    if (odd !== undefined) onWarning?.(`'${id}': ${odd}; training brings it to that grid`);
  }
  return { image: first!.volume, digest: digestOfChannels(digests) };
}

/** What the manifest holds of a 2-D image, if neither that nor the files were changed since. */
async function knownImage(
  item: ManifestItem,
  paths: readonly string[],
): Promise<{ readonly print: Print } | undefined> {
  const { fingerprint, seal } = item;
  if (fingerprint === undefined || seal === undefined || !paths.every(isFlatImage))
    return undefined;
  // A file that cannot be read is reported by who reads it.
  const own = await imageSeal(paths, item).catch(() => undefined);
  return own === seal ? { print: parsePrint(fingerprint) } : undefined;
}

interface Placing {
  readonly flat: boolean;
  readonly placeless: boolean;
  /** Name of the first channel, if it has one. */
  readonly first: string | undefined;
}

/** What keeps a mask from lying on its image. */
function misplaced(
  mask: Volume<Uint8Array>,
  image: Volume | undefined,
  shape: readonly number[],
  { flat, placeless, first }: Placing,
): readonly string[] {
  const words = {
    subject: 'its mask',
    reference: first === undefined ? 'the image' : `its channel '${first}'`,
  };
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
