import { isAbsolute, join } from 'node:path';
import { listFiles } from '../files/list-files.ts';
import type { DatasetJson } from './dataset-json.ts';
import type { Skipped } from './dataset-spec.ts';

/** A case of nnU-Net's raw folder by its files; absolute paths. */
export interface NnunetCase {
  readonly id: string;
  readonly part: 'Tr' | 'Ts';
  /** The file of each channel, by its number. */
  readonly images: ReadonlyMap<number, string>;
  readonly label: string | undefined;
}

export interface NnunetFiles {
  readonly cases: readonly NnunetCase[];
  readonly skipped: readonly Skipped[];
}

/** How files of a case end, for example `.nii.gz`. */
export function fileEnding({ content }: DatasetJson): string {
  return content.file_ending ?? '.nii.gz';
}

/** Endings of files that can be read. */
const readable = /\.(nii|nii\.gz|nrrd|nhdr|mha|mhd|png|jpe?g|tiff?)$/i;

/** @throws RangeError naming the file, if images in the data set's format cannot be read */
export function checkEnding(json: DatasetJson): void {
  const ending = fileEnding(json);
  if (readable.test(ending)) return;
  throw new RangeError(
    `'${json.path}': \`file_ending\` must be of .nii, .nii.gz, .nrrd, .nhdr, .mha, .mhd, .png, .jpg, .tif, got '${ending}'; convert the images`,
  );
}

/** The cases in `imagesTr`, `labelsTr`, `imagesTs` and `labelsTs`, or those that `dataset.json` lists. */
export async function findNnunetFiles(root: string, json: DatasetJson): Promise<NnunetFiles> {
  const listed = json.content.dataset;
  if (listed === undefined) return sortFiles(root, await listFiles(root), fileEnding(json));
  const absolute = (path: string) => (isAbsolute(path) ? path : join(root, path));
  const cases = Object.entries(listed).map(([id, { images, label }]) => ({
    id: id.normalize('NFC'),
    part: 'Tr' as const,
    images: new Map(images.map((path, channel) => [channel, absolute(path)])),
    label: label === undefined ? undefined : absolute(label),
  }));
  return { cases, skipped: [] };
}

interface FoundCase extends NnunetCase {
  readonly images: Map<number, string>;
}

function sortFiles(root: string, files: readonly string[], ending: string): NnunetFiles {
  const cases = new Map<string, FoundCase>();
  const labels = new Map<string, string>();
  const skipped: Skipped[] = [];
  for (const path of files) {
    const [, kind, part, name] = /^(images|labels)(Tr|Ts)\/([^/]+)$/.exec(path) ?? [];
    if (name === undefined || name.endsWith('.json')) continue;
    const stem = name.endsWith(ending) ? name.slice(0, -ending.length).normalize('NFC') : undefined;
    const [, id, channel] = /^(.+)_(\d{4})$/.exec(stem ?? '') ?? [];
    if (stem === undefined || (kind === 'images' && id === undefined)) {
      const wanted = kind === 'images' ? `_0000${ending} or the like, by channel` : ending;
      const reason = `its name must end in ${wanted}, as \`file_ending\` of dataset.json says; rename it`;
      skipped.push({ skipped: join(root, path), reason });
    } else if (kind === 'labels') labels.set(`${part}/${stem}`, join(root, path));
    else {
      const key = `${part}/${id}`;
      const found = cases.get(key) ?? newCase(id!, part as NnunetCase['part']);
      found.images.set(Number(channel), join(root, path));
      cases.set(key, found);
    }
  }
  for (const [key, path] of labels) {
    if (cases.has(key)) continue;
    const image = `images${key}_0000${ending}`;
    skipped.push({ skipped: path, reason: `its image '${image}' must be there, but is not` });
  }
  const found = [...cases].map(([key, one]) => ({ ...one, label: labels.get(key) }));
  return { cases: found, skipped };
}

function newCase(id: string, part: NnunetCase['part']): FoundCase {
  return { id, part, images: new Map(), label: undefined };
}
