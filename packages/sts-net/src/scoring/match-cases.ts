import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { filesOf, loadManifest, manifestFolder, patientOf } from '@sts-net/datasets';
import { fileError, listFiles } from '@sts-net/datasets/files';
import { findLabelVolumes } from './find-label-volumes.ts';

/** A case whose masks are files of one name. */
export interface MatchedCase {
  readonly id: string;
  readonly patient: string;
  readonly truth: string;
  /** In the order of the methods. */
  readonly predictions: readonly string[];
  /** The number in its truth that marks voxels on which nothing counts, where a manifest says so. */
  readonly ignore?: number | undefined;
  /** The image, or the folder of the series, that all was drawn on. */
  readonly image?: string | undefined;
  /** The image that masks are shown on, where the truth's manifest knows it. */
  readonly picture?: string | undefined;
}

/** Where masks are: folders of label volumes, or manifests whose masks they are. */
export interface MaskSources {
  readonly truth: string;
  readonly predictions: readonly string[];
}

/** The masks of one source: by name, each with its file and what a manifest knows of it. */
type FoundMasks = ReadonlyMap<string, FoundMask>;

interface FoundMask {
  readonly path: string;
  readonly patient?: string;
  readonly ignore?: number | undefined;
  readonly picture?: string;
}

/**
 * Matches the masks of several folders or manifests by name, ordered by name.
 *
 * @param pattern see `patientOf`; without one the truth's manifest knows whose a case is, else each is one
 *   patient's
 * @throws RangeError naming a case that one of them does not have
 */
export async function matchCases(
  { truth, predictions }: MaskSources,
  pattern: string | undefined,
): Promise<readonly MatchedCase[]> {
  const sources = [truth, ...predictions];
  const all = await Promise.all(sources.map(findMasks));
  const ids = [...new Set(all.flatMap((found) => [...found.keys()]))].sort();
  return ids.map((id) => {
    const [wanted, ...predicted] = all.map((found, i) => {
      const mask = found.get(id);
      if (mask !== undefined) return mask;
      const holder = sources[all.findIndex((other) => other.has(id))];
      throw new RangeError(
        `case '${id}': '${holder}' has it, but '${sources[i]}' has no volume of this name (in any format); add it or take the case out of ${sources.length === 2 ? 'both' : 'all three'}`,
      );
    });
    const { path, patient, ignore, picture } = wanted!;
    const other = predicted.find((one) => (one.patient ?? patient) !== patient);
    if (other !== undefined && patient !== undefined) {
      throw new RangeError(
        `case '${id}': the truth is of patient '${patient}', but what is compared with it is of '${other.patient}' by its manifest; name cases of other patients otherwise`,
      );
    }
    return {
      id,
      patient: pattern === undefined ? (patient ?? id) : patientOf(id, pattern),
      truth: path,
      predictions: predicted.map((one) => one.path),
      ...(ignore !== undefined && { ignore }),
      picture,
    };
  });
}

/** Whether a path is where many masks are: a folder, or a manifest. */
export async function holdsCases(path: string): Promise<boolean> {
  return isManifest(path) || (await isFolder(path));
}

/**
 * The images of cases: of a manifest by their ids; in a folder a file or the folder of a DICOM series of the
 * case's name.
 *
 * @throws RangeError naming a case that has none, or several channels
 */
export async function findImages(
  source: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = isManifest(source) ? await imagesOfManifest(source) : await imagesIn(source, ids);
  for (const id of ids) {
    if (found.has(id)) continue;
    throw new RangeError(
      `case '${id}': '${source}' must have its image by this name, a volume or the folder of a DICOM series; add it`,
    );
  }
  return found;
}

async function imagesIn(
  folder: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const series = new Map<string, string>();
  for (const file of await listFiles(folder)) {
    for (let at = dirname(file); at !== '.'; at = dirname(at)) {
      series.set(at.normalize('NFC'), join(folder, at));
    }
  }
  const files = ids.every((id) => series.has(id)) ? series : await findLabelVolumes(folder);
  const found = ids.map((id) => [id, series.get(id) ?? files.get(id)] as const);
  return new Map(found.filter((one): one is [string, string] => one[1] !== undefined));
}

async function imagesOfManifest(path: string): Promise<ReadonlyMap<string, string>> {
  const folder = await manifestFolder(path);
  const items = await loadManifest(path);
  // The channels of an image share their grid.
  return new Map(items.map(({ id, image }) => [id, resolve(folder, filesOf(image)[0])]));
}

/** The masks of a folder or a manifest, by their cases' names. */
export async function findMasks(source: string): Promise<FoundMasks> {
  if (!isManifest(source)) {
    const paths = await findLabelVolumes(source);
    return new Map([...paths].map(([id, path]) => [id, { path }]));
  }
  const folder = await manifestFolder(source);
  const items = await loadManifest(source);
  return new Map(
    items.map(({ id, group, image, mask, ignore }) => {
      if (mask !== null) {
        const picture = resolve(folder, filesOf(image)[0]);
        return [id, { path: resolve(folder, mask), patient: group, ignore, picture }];
      }
      throw new RangeError(
        `case '${id}': '${source}' must name its mask, but has none; take the case out of the manifest`,
      );
    }),
  );
}

/** Whether a path is that of a manifest. */
export function isManifest(path: string): boolean {
  return path.endsWith('.jsonl');
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw fileError(path, 'read', cause);
  }
}
