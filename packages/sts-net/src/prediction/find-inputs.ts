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
import { type ReadingOptions, readDicomSeries, type Volume } from '@sts-net/volume-io';
import { seriesAmong } from './dicom-series.ts';
import type { PredictionInput } from './predict-case.ts';
import type { PredictionTask } from './predict-many.ts';

/** Endings of volumes and pictures; DICOM files may be called anything, as `MR.1.2.3`. */
const endings = /\.(nii|nii\.gz|nrrd|nhdr|mha|mhd|png|jpe?g|tiff?)$/i;

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
  return wanted.map((item) => ({
    id: item.id,
    paths: filesOf(item.image).flatMap((path) => [path, resolve(folder, path)]),
    read: () => readItem(item, folder, reading),
  }));
}

async function readItem(item: ManifestItem, folder: string, reading: ReadingOptions) {
  const read = (path: string) => readFileOrSeries(resolve(folder, path), reading);
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
 * All images below a folder: volumes, pictures, and the DICOM series of each folder that holds any. They are
 * called by their names without endings, series by their folder and, where that holds several, a digest of
 * their UID; those in folders `folder_name`.
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
  const images = files
    .filter((file) => endings.test(file))
    .map((file) => ({ id: idOf(file), path: file, paths: [join(root, file)] }));
  const inputs = [...images, ...(await folderSeries(root, files))].sort((a, b) =>
    a.path < b.path || (a.path === b.path && a.id < b.id) ? -1 : 1,
  );
  if (inputs.length === 0) {
    throw new RangeError(
      `'${root}' must hold volumes, pictures or DICOM series, found none among ${files.length} files`,
    );
  }
  const seen = new Map<string, string>();
  for (const { id, path } of inputs) {
    const other = seen.get(id);
    if (other !== undefined) {
      throw new RangeError(
        `'${join(root, other)}' and '${join(root, path)}' would both be called '${id}'; rename one`,
      );
    }
    seen.set(id, path);
  }
  return inputs.map(({ id, paths }) => ({
    id,
    paths: [...paths, root],
    read: () => readFiles(paths, reading),
  }));
}

/** The DICOM series of each folder. */
async function folderSeries(root: string, files: readonly string[]) {
  const folders = new Map<string, string[]>();
  for (const file of files) {
    if (endings.test(file)) continue;
    const folder = dirname(file);
    const others = folders.get(folder);
    if (others === undefined) folders.set(folder, [join(root, file)]);
    else others.push(join(root, file));
  }
  const found: { id: string; path: string; paths: readonly string[] }[] = [];
  for (const [path, paths] of folders) {
    const name = idOf(path === '.' ? basename(resolve(root)) : path);
    const series = await seriesAmong(paths);
    for (const [key, own] of series) {
      found.push({ id: series.size === 1 ? name : `${name}_${key}`, path, paths: own });
    }
  }
  return found;
}

/** Whether a file holds a whole image by itself, told by the ending of its name. */
export function isImageFile(path: string): boolean {
  return endings.test(path);
}

/** The image in one file, or the DICOM series in several. */
export async function readFiles(
  paths: readonly string[],
  reading: ReadingOptions,
): Promise<Omit<PredictionInput, 'id'>> {
  const [first] = paths as [string];
  return endings.test(first)
    ? { image: await readImageFile(first, reading), flat: isFlatImage(first) }
    : { image: await readDicomSeries(paths, reading), flat: false };
}

/** What an image is called: its path without ending. */
export function idOf(path: string): string {
  return path.replace(endings, '').replaceAll('/', '_');
}
