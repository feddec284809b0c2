import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { searchFolder } from '../cases/search-folder.ts';
import { foldName } from '../files/fold-name.ts';
import { listFiles } from '../files/list-files.ts';
import { filesOf } from '../manifest/image-files.ts';
import type { SplitName } from '../manifest/manifest-item.ts';
import type { DatasetItem, DatasetOptions, DatasetSpec, Skipped } from './dataset-spec.ts';
import { type FilePair, isMask, pairFiles } from './pair-files.ts';
import { pathParts, uniqueIds } from './path-parts.ts';
import { patientOf } from './patient-of.ts';

/** Endings of 2-D images. */
export const flatFormat: RegExp = /\.(png|jpe?g|tiff?)$/i;

/** Any 2-D images with masks. */
export const imageFolders: DatasetSpec = {
  description: 'PNG, JPEG or TIFF images and masks in folders, or told apart by endings',
  layout: "images and masks (PNG, JPEG, TIFF) in folders such as 'images' and 'masks'",
  options: ['image', 'mask', 'withoutMask', 'consensus', 'patient'],
  list: (folder, options) => pairedFolders(folder, flatFormat, options),
};

const volumeFormat = /\.(nii|nii\.gz|nrrd|nhdr|mha|mhd)$/i;

/** Any volumes with masks on their grids, as SCCM-2022 of the paper was. */
export const niftiPairs: DatasetSpec = {
  description: 'NIfTI (or NRRD, MetaImage) volumes and masks in folders, or told apart by endings',
  layout: "volumes and masks (NIfTI, NRRD, MetaImage) in folders such as 'volumes' and 'labels'",
  options: ['image', 'mask', 'withoutMask', 'consensus', 'patient'],
  list: (folder, options) => pairedFolders(folder, volumeFormat, options),
};

/**
 * The images of a folder with their masks: by the patterns of the options, else by their names. Folders
 * called `train`, `val`, `test`, … are splits, if all images lie in such.
 *
 * @param format the endings of the files that may be images and masks
 * @param patient whose an image is by its name, where the options do not say
 */
export async function* pairedFolders(
  folder: string,
  format: RegExp,
  options: DatasetOptions,
  patient: (id: string) => string = (id) => id,
): AsyncGenerator<DatasetItem | Skipped> {
  const { image, mask } = options;
  if ((image === undefined) !== (mask === undefined)) {
    throw new RangeError('give both `image` and `mask`, or neither');
  }
  const group = (id: string): string =>
    options.patient === undefined ? patient(id) : patientOf(id, options.patient);
  if (image !== undefined && mask !== undefined) {
    const files = mask.includes('*') ? await listFiles(folder) : [];
    for (const one of await searchFolder({ folder, image, mask }, process.cwd(), '`image`')) {
      const ownGroup = filesOf(image)[0].includes('{group}') ? one.group : group(one.id);
      const masks = mask.includes('*')
        ? files.map((path) => join(folder, path)).filter(matches(one.mask))
        : [one.mask].filter((path) => existsSync(path));
      yield { ...one, group: ownGroup, mask: masks };
    }
    return;
  }
  const found = pairFiles((await listFiles(folder)).filter((path) => format.test(path)));
  for (const one of found) {
    if (!('skipped' in one)) continue;
    if (options.withoutMask === 'empty' && isMask(one.skipped)) {
      throw new RangeError(
        `'${join(folder, one.skipped)}': ${one.reason}; where images without a mask count as without a target, every mask must have its image, so rename it, or give both \`image\` and \`mask\``,
      );
    }
    yield { ...one, skipped: join(folder, one.skipped) };
  }
  const pairs = found.filter((one): one is FilePair => 'image' in one);
  const ids = uniqueIds(pairs.map((pair) => pair.image));
  const splits = pairs.map((pair) => folderSplit(pathParts(pair.image).folders));
  for (const [i, { image: path, masks }] of pairs.entries()) {
    yield {
      id: ids[i]!,
      group: group(ids[i]!),
      split: splits.includes(undefined) ? undefined : splits[i],
      image: join(folder, path),
      mask: masks.map((one) => join(folder, one)),
    };
  }
}

/** Tells whether a path is what another says, in which `*` stands for anything but a slash. */
function matches(wanted: string): (path: string) => boolean {
  const escaped = foldName(wanted)
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^/]*');
  const pattern = new RegExp(`^${escaped}$`);
  return (path) => pattern.test(foldName(path));
}

const splitFolders: Readonly<Record<SplitName, RegExp>> = {
  training: /^(train|training)$/i,
  validation: /^(val|valid|validation)$/i,
  test: /^(test|testing)$/i,
};

/** The split that a folder is called after, if one is. */
function folderSplit(folders: readonly string[]): SplitName | undefined {
  const names = Object.keys(splitFolders) as SplitName[];
  return names.find((name) => folders.some((folder) => splitFolders[name].test(folder)));
}
