import { basename, resolve } from 'node:path';
import type { ReadingOptions } from '@sts-net/volume-io';
import { writeFolderAtomic } from '../files/write-folder-atomic.ts';
import type { ManifestItem } from '../manifest/manifest-item.ts';
import { loadManifest, manifestFolder } from '../manifest/read-manifest.ts';
import { exportInColours, exportItem } from './export-item.ts';
import {
  checkExportable,
  datasetJson,
  type ExportLabels,
  foldOf,
  labelNames,
} from './nnunet-description.ts';

export interface ExportNnunetOptions extends ExportLabels, ReadingOptions {
  /** Called before each item is read, with the number of those before and of all. */
  readonly onProgress?: ((id: string, done: number, total: number) => void) | undefined;
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
 * masks on their grid; 2-D images `.png`, all grey or all red, green and blue; named channels `_0000`,
 * `_0001`, … . Labels are numbered as in training: with two classes all but 0 is 1; what is to be ignored
 * follows the last. `dataset.json` keeps the groups too, which nnU-Net passes
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
  const form = checkExportable(items, name, `'${manifest}'`);
  const { flat, channels } = form;
  const folder = await manifestFolder(manifest);
  const fold = foldOf(items);
  const parts = ['imagesTr', 'labelsTr', 'imagesTs', 'labelsTs'];
  await writeFolderAtomic(output, parts, async (temporary, writeText) => {
    const grey: ManifestItem[] = [];
    for (const [done, item] of items.entries()) {
      options.signal?.throwIfAborted();
      options.onProgress?.(item.id, done, items.length);
      const { colours } = await exportItem(item, folder, temporary, form, options);
      if (colours === 1) grey.push(item);
    }
    const isColoured = flat && channels === undefined && grey.length < items.length;
    // All images of nnU-Net have the same channels.
    for (const item of isColoured ? grey : []) {
      options.signal?.throwIfAborted();
      await exportInColours(item, folder, temporary, options);
    }
    const colours = isColoured ? ['R', 'G', 'B'] : undefined;
    const description = datasetJson(items, name, labels, { flat, channels: colours ?? channels });
    await writeText('dataset.json', jsonText(description));
    if (fold !== undefined) await writeText('splits_final.json', jsonText([fold]));
  });
  const test = items.filter(({ split }) => split === 'test').length;
  return { training: items.length - test, test, hasSplits: fold !== undefined };
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
