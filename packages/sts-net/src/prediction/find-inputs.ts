import { basename, dirname, join, resolve } from 'node:path';
import {
  filesOf,
  isFlatImage,
  isFlatItem,
  loadManifest,
  type ManifestItem,
  manifestFolder,
  readFileOrSeries,
  readImageFile,
} from '@sts-net/datasets';
import { fileError, listFiles } from '@sts-net/datasets/files';
import type { ReadingOptions, Volume } from '@sts-net/volume-io';
import type { PredictionTask } from './predict-many.ts';

/** Endings of volumes and pictures; DICOM files need none. */
const endings = /\.(nii|nii\.gz|nrrd|nhdr|mha|mhd|png|jpe?g|tiff?)$/i;
const dicom = /(\.dcm|\.ima|\/[^./]+|^[^./]+)$/i;

/** Images of a manifest, with or without a mask; of one split if it is given. */
export async function manifestTasks(
  path: string,
  split: ManifestItem['split'] | undefined,
  reading: ReadingOptions = {},
): Promise<readonly PredictionTask[]> {
  const folder = await manifestFolder(path);
  const items = await loadManifest(path);
  const wanted = items.filter((item) => split === undefined || item.split === split);
  if (wanted.length === 0) {
    throw new RangeError(
      `'${path}': no item is of the split ${split}; split the manifest, or take all`,
    );
  }
  return wanted.map((item) => ({ id: item.id, read: () => readItem(item, folder, reading) }));
}

async function readItem(item: ManifestItem, folder: string, reading: ReadingOptions) {
  const read = (path: string) => readImageFile(resolve(folder, path), reading);
  const { image } = item;
  if (typeof image === 'string') {
    const volume = await read(image);
    return { image: volume, flat: isFlatItem(item, volume) };
  }
  const channels: Record<string, Volume> = {};
  for (const [name, path] of Object.entries(image)) channels[name] = await read(path);
  return { image: channels, flat: filesOf(image).every(isFlatImage) };
}

/**
 * All images below a folder: volumes, pictures, and DICOM series, one for each folder that holds any. They
 * are called by their names without endings; those in folders `folder_name`.
 *
 * @throws RangeError if there is none, or two are called the same
 */
export async function folderTasks(
  root: string,
  reading: ReadingOptions = {},
): Promise<readonly PredictionTask[]> {
  const files = await listFiles(root).catch((cause) => {
    throw fileError(root, 'read the folder', cause);
  });
  const paths = files.filter((file) => endings.test(file));
  const series = new Set(
    files.filter((file) => !endings.test(file) && dicom.test(file)).map((file) => dirname(file)),
  );
  const tasks = [...paths, ...series].sort().map((path) => ({
    id: idOf(path === '.' ? basename(resolve(root)) : path),
    path: join(root, path),
  }));
  if (tasks.length === 0) {
    throw new RangeError(
      `'${root}' must hold volumes, pictures or DICOM series, found none among ${files.length} files`,
    );
  }
  const seen = new Map<string, string>();
  for (const { id, path } of tasks) {
    const other = seen.get(id);
    if (other !== undefined) {
      throw new RangeError(`'${other}' and '${path}' would both be called '${id}'; rename one`);
    }
    seen.set(id, path);
  }
  return tasks.map(({ id, path }) => ({
    id,
    read: async () => ({ image: await readFileOrSeries(path, reading), flat: isFlatImage(path) }),
  }));
}

function idOf(path: string): string {
  return path.replace(endings, '').replaceAll('/', '_');
}
