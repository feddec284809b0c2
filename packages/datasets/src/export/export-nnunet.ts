import { copyFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import {
  labelsOf,
  type ReadingOptions,
  type Volume,
  writeImage,
  writeVolume,
} from '@sts-net/volume-io';
import ndarray, { type NdArray } from 'ndarray';
import { readItemFiles } from '../check/read-item-files.ts';
import { fileError } from '../files/file-error.ts';
import { writeFolderAtomic } from '../files/write-folder-atomic.ts';
import { isFlatImage, readImageFile } from '../images/read-image-file.ts';
import { filesOf } from '../manifest/image-files.ts';
import type { ManifestItem } from '../manifest/manifest-item.ts';
import { loadManifest, manifestFolder } from '../manifest/read-manifest.ts';
import {
  checkExportable,
  datasetJson,
  type ExportLabels,
  foldOf,
  labelNames,
} from './nnunet-description.ts';

export interface ExportNnunetOptions extends ExportLabels, ReadingOptions {
  /** Called before each item is read, with the number of those before. */
  readonly onProgress?: ((id: string, done: number) => void) | undefined;
  /** Stops between items: the call then throws the signal's reason and leaves nothing. */
  readonly signal?: AbortSignal | undefined;
}

export interface ExportedNnunet {
  /** Cases in `imagesTr`. */
  readonly training: number;
  /** Cases in `imagesTs`. */
  readonly test: number;
  /** Whether there is a `splits_final.json`; else nnU-Net draws its own folds. */
  readonly hasSplits: boolean;
}

/**
 * Writes the items of a manifest as a raw folder of nnU-Net, version 2 (its
 * `documentation/dataset_format.md`): training and validation as `imagesTr` and `labelsTr`, with the split
 * as the one fold of `splits_final.json`; the test as `imagesTs` and `labelsTs`. Volumes become `.nii.gz`,
 * masks on their grid; 2-D images `.png`, all grey or all red, green and blue. Labels are numbered as in
 * training: with two classes all but 0 is 1. `dataset.json` keeps the groups too, which nnU-Net passes
 * over, so that `prepareDataset` with the kind `nnunet` gives the same items back.
 *
 * @param output its last part is the data set's name, `Dataset001_Name`; must not exist, or be empty
 * @throws Error naming the item or file, if it cannot be read or written, or has no form in nnU-Net
 */
export async function exportNnunet(
  manifest: string,
  output: string,
  options: ExportNnunetOptions = {},
): Promise<ExportedNnunet> {
  const name = basename(resolve(output));
  const items = await loadManifest(manifest);
  const labels = labelNames(options);
  const flat = checkExportable(items, name, `'${manifest}'`);
  const folder = await manifestFolder(manifest);
  const fold = foldOf(items);
  const parts = ['imagesTr', 'labelsTr', 'imagesTs', 'labelsTs'];
  await writeFolderAtomic(output, parts, async (temporary, writeText) => {
    const grey: ManifestItem[] = [];
    for (const [done, item] of items.entries()) {
      options.signal?.throwIfAborted();
      options.onProgress?.(item.id, done);
      const { image, mask } = await readItem(item, folder, options);
      if (flat && image?.voxels.shape[0] === 1) grey.push(item);
      const to = pathsOf(item, temporary, flat);
      if (image === undefined) await copyImage(resolve(folder, filesOf(item.image)[0]), to.image);
      else await writeItemImage(to.image, image, flat, item);
      if (mask === undefined) continue;
      await (flat
        ? writeImage(to.label, mask.voxels.pick(0, null, null))
        : writeVolume(to.label, mask));
    }
    const isColoured = flat && grey.length < items.length;
    // All images of nnU-Net have the same channels.
    for (const item of isColoured ? grey : []) {
      options.signal?.throwIfAborted();
      const image = await readImageFile(resolve(folder, filesOf(item.image)[0]), options);
      await writeItemImage(pathsOf(item, temporary, flat).image, image, flat, item, 3);
    }
    const description = datasetJson(items, name, labels, { flat, isColoured });
    await writeText('dataset.json', jsonText(description));
    if (fold !== undefined) await writeText('splits_final.json', jsonText([fold]));
  });
  const test = items.filter(({ split }) => split === 'test').length;
  return { training: items.length - test, test, hasSplits: fold !== undefined };
}

/** The image, unless its file is as nnU-Net wants it, and the mask on its grid, if there is one. */
async function readItem(
  item: ManifestItem,
  folder: string,
  { classes = 2, onWarning }: ExportNnunetOptions,
): Promise<{ readonly image?: Volume; readonly mask?: Volume<Uint8Array> }> {
  const path = resolve(folder, filesOf(item.image)[0]);
  const isReady = /\.nii\.gz$/i.test(path);
  if (item.mask === null) return isReady ? {} : { image: await readImageFile(path, { onWarning }) };
  const { image, labels: whole } = await readItemFiles(item, folder);
  const isFlat = isFlatImage(path);
  if (!isFlat && whole.voxels.shape[0] !== image.voxels.shape[0]) {
    throw new RangeError(
      `'${item.id}': image and mask must have as many slices, got ${image.voxels.shape[0]}, which are the channels of one, and ${whole.voxels.shape[0]}; save the channels as an image (PNG) first`,
    );
  }
  const rule = classes === 2 ? 'nonzero' : { classes };
  const mask = labelsOf(whole, rule, {
    subject: `'${item.id}': its mask`,
    remedy: 'raise `classes`, or renumber the labels',
    onWarning,
  });
  return isReady ? { mask } : { image, mask };
}

function pathsOf({ id, split }: ManifestItem, folder: string, flat: boolean) {
  const part = split === 'test' ? 'Ts' : 'Tr';
  const ending = flat ? '.png' : '.nii.gz';
  return {
    image: join(folder, `images${part}`, `${id}_0000${ending}`),
    label: join(folder, `labels${part}`, `${id}${ending}`),
  };
}

/** @param channels more than the image has repeat its only one */
async function writeItemImage(
  path: string,
  image: Volume,
  flat: boolean,
  { id, image: source }: ManifestItem,
  channels: number = image.voxels.shape[0]!,
): Promise<void> {
  if (!flat) return writeVolume(path, image);
  const { voxels } = image;
  if (!(voxels.data instanceof Uint8Array || voxels.data instanceof Uint16Array)) {
    throw new RangeError(
      `'${id}': a 2-D image must have 8 or 16 bit to become PNG, but '${source}' holds other numbers; scale and round them first`,
    );
  }
  const pixels = channels === voxels.shape[0] ? voxels : repeated(voxels, channels);
  await writeImage(path, pixels.transpose(1, 2, 0) as NdArray<Uint8Array>);
}

function repeated({ data, shape, stride, offset }: NdArray, channels: number): NdArray {
  return ndarray(data, [channels, ...shape.slice(1)], [0, ...stride.slice(1)], offset);
}

async function copyImage(from: string, to: string): Promise<void> {
  await copyFile(from, to).catch((cause) => {
    throw fileError(from, 'copy', cause);
  });
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
