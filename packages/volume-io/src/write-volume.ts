import { fileError, nodeFiles } from './files.ts';
import type { NiftiDatatype } from './nifti/datatypes.ts';
import { encodeVolume } from './nifti/encode-volume.ts';
import type { Volume } from './volume.ts';

export interface WriteVolumeOptions {
  /** How voxels are stored. @default the type of the volume's typed array */
  readonly datatype?: NiftiDatatype;
}

let written = 0;

/**
 * Writes a volume as NIfTI-1, compressed if the path ends in `.gz`. The file appears under its name
 * only when it is complete: it is written beside it and then renamed. See `encodeVolume` for what
 * the header holds.
 * @param path ends in `.nii` or `.nii.gz`; an existing file is replaced
 * @throws {RangeError} if the path has another ending or the volume cannot be encoded
 * @throws {Error} if the file cannot be written; the message names it and says why
 */
export async function writeVolume(
  path: string,
  volume: Volume,
  options: WriteVolumeOptions = {},
): Promise<void> {
  const gzip = /\.nii\.gz$/i.test(path);
  if (!gzip && !/\.nii$/i.test(path)) {
    throw new RangeError(`\`writeVolume\`: the path must end in .nii or .nii.gz, got ${path}`);
  }
  const { files, pid } = nodeFiles('writeVolume');
  const bytes = await encodeVolume(volume, { ...options, gzip });
  const temporary = `${path}.${pid}-${written++}.tmp`;
  try {
    await files.writeFile(temporary, bytes, { flag: 'wx' });
    await files.rename(temporary, path);
  } catch (error) {
    await files.rm(temporary, { force: true }).catch(() => {});
    throw fileError('writeVolume', 'write', path, error);
  }
}
