import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { patientOf } from '@sts-net/datasets';
import { fileError } from '@sts-net/datasets/files';

/** A case whose truth and two predictions are files of one name. */
export interface CaseFiles {
  readonly id: string;
  readonly patient: string;
  readonly a: string;
  readonly b: string;
  readonly truth: string;
}

/**
 * Matches the label volumes of three folders by name, ordered by name.
 *
 * @param pattern see `patientOf`
 * @throws RangeError naming a case that one of the folders does not have
 */
export async function pairCases(
  folders: { readonly a: string; readonly b: string; readonly truth: string },
  pattern: string | undefined,
): Promise<readonly CaseFiles[]> {
  const [a, b, truth] = await Promise.all([
    findLabelVolumes(folders.a),
    findLabelVolumes(folders.b),
    findLabelVolumes(folders.truth),
  ]);
  const everywhere = [
    [folders.truth, truth],
    [folders.a, a],
    [folders.b, b],
  ] as const;
  const ids = [...new Set(everywhere.flatMap(([, found]) => [...found.keys()]))].sort();
  for (const id of ids) {
    const lacking = everywhere.find(([, found]) => !found.has(id));
    if (lacking === undefined) continue;
    const [holder] = everywhere.find(([, found]) => found.has(id))!;
    throw new RangeError(
      `case '${id}': '${holder}' has it, but '${lacking[0]}' has no volume of this name (in any format); add it or take the case out of all three folders`,
    );
  }
  return ids.map((id) => ({
    id,
    patient: patientOf(id, pattern),
    a: a.get(id)!,
    b: b.get(id)!,
    truth: truth.get(id)!,
  }));
}

const ending = /\.(nii|nii\.gz|nrrd|nhdr|mha|mhd|dcm|png|tiff?|jpe?g)$/i;

/**
 * The volumes of a folder and those below it: their paths by name, which is the path inside the
 * folder without its ending.
 *
 * @throws Error where the folder cannot be read, holds no volume, or two of one name
 */
async function findLabelVolumes(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause) => {
    throw fileError(folder, 'read the folder', cause);
  });
  const paths = entries
    .filter((entry) => !entry.isDirectory() && ending.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const found = new Map<string, string>();
  for (const path of paths) {
    const id = relative(folder, path).split(sep).join('/').replace(ending, '');
    const other = found.get(id);
    if (other !== undefined) {
      throw new RangeError(
        `case '${id}': '${folder}' must hold one volume of this name, but holds '${other}' and '${path}'; remove one`,
      );
    }
    found.set(id, path);
  }
  if (found.size === 0) {
    throw new RangeError(
      `'${folder}' must hold label volumes (.nii, .nii.gz, .nrrd, .nhdr, .mha, .mhd), DICOM segmentations (.dcm) or pictures (.png, .tif, .jpg), found none among ${entries.length} entries; check the path`,
    );
  }
  return found;
}
