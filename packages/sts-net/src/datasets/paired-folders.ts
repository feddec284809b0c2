import { join } from 'node:path';
import { patientOf } from '../comparison/patient-of.ts';
import { searchFolder } from '../data/find-cases.ts';
import type { DatasetItem, DatasetOptions, Skipped } from './dataset.ts';
import { folderSplit } from './folder-split.ts';
import { listFiles } from './list-files.ts';
import { type FilePair, pairFiles } from './pair-files.ts';
import { pathParts } from './path-parts.ts';
import { uniqueIds } from './unique-ids.ts';

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
    throw new RangeError('give both --image and --mask, or neither');
  }
  const group = (id: string): string =>
    options.patient === undefined ? patient(id) : patientOf(id, options.patient);
  if (image !== undefined && mask !== undefined) {
    for (const one of await searchFolder({ folder, image, mask }, process.cwd())) {
      const ownGroup = image.includes('{group}') ? one.group : group(one.id);
      yield { ...one, group: ownGroup, mask: [one.mask] };
    }
    return;
  }
  const found = pairFiles((await listFiles(folder)).filter((path) => format.test(path)));
  for (const one of found) {
    if ('skipped' in one) yield { ...one, skipped: join(folder, one.skipped) };
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
