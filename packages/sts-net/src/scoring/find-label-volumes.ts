import { basename, join } from 'node:path';
import { listFiles } from '@sts-net/datasets/files';

const ending = /\.(nii|nii\.gz|nrrd|nhdr|mha|mhd|dcm|png|tiff?|jpe?g)$/i;

/** What `predict` leaves beside labels of the name before it. */
const probabilities = /_probability(-\d+)?$/;

/**
 * The volumes of a folder and those below it: their paths by name, which is the path inside the
 * folder without its ending, in Unicode's form NFC. Probabilities beside the labels of a prediction are passed over; those of two classes
 * without any have the name that their labels would have.
 *
 * @throws Error where the folder cannot be read, holds no volume, or two of one name
 */
export async function findLabelVolumes(folder: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map(await findVolumes(folder));
  for (const id of [...found.keys()]) {
    const labels = id.replace(probabilities, '');
    if (labels === id) continue;
    const path = found.get(id)!;
    if (found.has(labels)) found.delete(id);
    else if (id === `${labels}_probability`) {
      // Alone, they are the case's.
      found.delete(id);
      found.set(labels, path);
    }
  }
  return found;
}

/** A file's name without its folder and its ending. */
export function volumeName(path: string): string {
  return nameOf(basename(path));
}

/** A path without its ending; systems write letters with marks in two ways, which are one name. */
function nameOf(path: string): string {
  return path.replace(ending, '').normalize('NFC');
}

/** All volumes of a folder and those below it, as `findLabelVolumes` names them. */
export async function findVolumes(folder: string): Promise<ReadonlyMap<string, string>> {
  const files = await listFiles(folder);
  const found = new Map<string, string>();
  for (const file of files.filter((name) => ending.test(name))) {
    const path = join(folder, file);
    const id = nameOf(file);
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
      `'${folder}' must hold label volumes (.nii, .nii.gz, .nrrd, .nhdr, .mha, .mhd), DICOM segmentations (.dcm) or pictures (.png, .tif, .jpg), found none among ${files.length} files; check the path`,
    );
  }
  return found;
}
