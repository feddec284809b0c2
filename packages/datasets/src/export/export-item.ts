import { copyFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  checkSameGrid,
  labelsOf,
  ontoGridOf,
  type ReadingOptions,
  resampleOnto,
  type Volume,
  writeImage,
  writeVolume,
} from '@sts-net/volume-io';
import ndarray, { type NdArray } from 'ndarray';
import { readItemFiles } from '../check/read-item-files.ts';
import { fileError } from '../files/file-error.ts';
import { type Channel, checkChannel } from '../images/check-channel.ts';
import { isFlatImage, readImageFile } from '../images/read-image-file.ts';
import { filesOf } from '../manifest/image-files.ts';
import type { ManifestItem } from '../manifest/manifest-item.ts';
import type { ExportLabels, ImageForm } from './nnunet-description.ts';

/**
 * Writes image and mask of an item as nnU-Net calls them; files that are as it wants them are copied.
 *
 * @param folder that the paths of the manifest start from
 * @returns the colours of a 2-D image, 1 of a grey one
 * @throws Error naming the item or file
 */
export async function exportItem(
  item: ManifestItem,
  folder: string,
  output: string,
  { flat, channels }: ImageForm,
  options: ExportLabels & ReadingOptions,
): Promise<{ readonly colours: number }> {
  const [first, ...others] = filesOf(item.image).map((path) => resolve(folder, path));
  const { image, labels, ignored } =
    item.mask === null
      ? { image: await readImageFile(first!, options), labels: undefined, ignored: undefined }
      : await readItemFiles(item, folder);
  const mask = labels && exportedMask(item, image, labels, flat, options);
  // Of nnU-Net's labels, that to ignore is the last.
  const last = options.classes ?? 2;
  for (const [i, one] of ignored?.entries() ?? []) if (one === 1) mask!.voxels.data[i] = last;
  if (channels === undefined) await exportImage(first!, imagePath(item, output, flat), image, item);
  else {
    const names = Object.keys(item.image);
    const own = { name: names[0]!, flat: isFlatImage(first!), volume: image };
    for (const [i, path] of [first!, ...others].entries()) {
      const name = names[i]!;
      const volume = i === 0 ? image : await readImageFile(path, options);
      const to = imagePath(item, output, flat, channels.indexOf(name));
      const placed = onOneGrid(item, { name, flat: isFlatImage(path), volume }, own, options);
      if (placed === volume) await exportImage(path, to, volume, item);
      else await writeVolume(to, placed);
    }
  }
  if (mask !== undefined) {
    const to = join(output, `labels${partOf(item)}`, `${item.id}${endingOf(flat)}`);
    await (flat ? writeImage(to, mask.voxels.pick(0, null, null)) : writeVolume(to, mask));
  }
  return { colours: image.voxels.shape[0]! };
}

/** Writes a grey 2-D image as red, green and blue. */
export async function exportInColours(
  item: ManifestItem,
  folder: string,
  output: string,
  options: ReadingOptions,
): Promise<void> {
  const { voxels } = await readImageFile(resolve(folder, filesOf(item.image)[0]), options);
  const { data, shape, stride, offset } = voxels;
  const repeated = ndarray(data, [3, ...shape.slice(1)], [0, ...stride.slice(1)], offset);
  await writePicture(imagePath(item, output, true), repeated, item);
}

/**
 * A channel on the grid of the first, as nnU-Net demands: as it is, turned, or between its voxels, as for
 * training.
 *
 * @throws RangeError naming the item, if they cannot be channels of one image
 */
function onOneGrid(
  { id }: ManifestItem,
  channel: Channel,
  first: Channel,
  { onWarning }: ReadingOptions,
): Volume {
  const { name, flat, volume } = channel;
  let odd: string | undefined;
  try {
    odd = checkChannel(channel, first);
  } catch (cause) {
    throw new RangeError(`'${id}': ${(cause as Error).message}`, { cause });
  }
  if (flat || isStoredAs(volume, first.volume)) return volume;
  if (odd === undefined) return ontoGridOf(volume, first.volume);
  const sampled = resampleOnto(volume, first.volume, { outside: 0 });
  const isEmpty = ({ voxels }: Volume): boolean => voxels.data.every((value) => value === 0);
  if (isEmpty(sampled) && !isEmpty(volume)) {
    throw new RangeError(
      `'${id}': its channel '${name}' must show what '${first.name}' shows, but lies elsewhere in space; is it of another examination?`,
    );
  }
  onWarning?.(`'${id}': ${odd}; it is resampled to that grid`);
  return sampled;
}

/** Whether the voxels are stored in the same order, too. */
function isStoredAs(volume: Volume, first: Volume): boolean {
  try {
    checkSameGrid(volume, first);
    return true;
  } catch {
    return false;
  }
}

/** The labels as nnU-Net numbers them. */
function exportedMask(
  { id }: ManifestItem,
  image: Volume,
  labels: Volume<Uint8Array>,
  flat: boolean,
  { classes = 2, onWarning }: ExportLabels & ReadingOptions,
): Volume<Uint8Array> {
  const [slices, own] = [image.voxels.shape[0], labels.voxels.shape[0]];
  if (!flat && own !== slices) {
    throw new RangeError(
      `'${id}': image and mask must have as many slices, got ${slices}, which are the channels of one, and ${own}; save the channels as an image (PNG) first`,
    );
  }
  return labelsOf(labels, classes === 2 ? 'nonzero' : { classes }, {
    subject: `'${id}': its mask`,
    remedy: 'raise `classes`, or renumber the labels',
    onWarning,
  });
}

function imagePath(item: ManifestItem, output: string, flat: boolean, channel = 0): string {
  const name = `${item.id}_${String(channel).padStart(4, '0')}${endingOf(flat)}`;
  return join(output, `images${partOf(item)}`, name);
}

function endingOf(flat: boolean): string {
  return flat ? '.png' : '.nii.gz';
}

function partOf({ split }: ManifestItem): string {
  return split === 'test' ? 'Ts' : 'Tr';
}

/** Copies what is as nnU-Net wants it; writes anything else. */
async function exportImage(
  from: string,
  to: string,
  image: Volume,
  item: ManifestItem,
): Promise<void> {
  if (/\.nii\.gz$/i.test(from)) {
    await copyFile(from, to).catch((cause) => {
      throw fileError(from, 'copy', cause);
    });
  } else if (to.endsWith('.png')) await writePicture(to, image.voxels, item);
  else await writeVolume(to, image);
}

/** @param voxels `[colour, row, column]` */
async function writePicture(
  path: string,
  voxels: NdArray,
  { id, image }: ManifestItem,
): Promise<void> {
  if (!(voxels.data instanceof Uint8Array || voxels.data instanceof Uint16Array)) {
    throw new RangeError(
      `'${id}': a 2-D image must have 8 or 16 bit to become PNG, but '${filesOf(image)[0]}' holds other numbers; scale and round them first`,
    );
  }
  await writeImage(path, voxels.transpose(1, 2, 0) as NdArray<Uint8Array>);
}
