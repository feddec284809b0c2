import { encodeVolume, type VolumeFileFormat } from '../formats/encode-volume.ts';
import type { Volume } from '../volume/volume.ts';
import type { NiftiDatatype } from '../voxels/datatypes.ts';
import { writeFile } from './node-files.ts';

export interface WriteVolumeOptions {
  /** How voxels are stored. @default the type of the volume's typed array */
  readonly datatype?: NiftiDatatype;
}

const ENDINGS: readonly (readonly [RegExp, VolumeFileFormat, boolean])[] = [
  [/\.nii\.gz$/i, 'nifti', true],
  [/\.nii$/i, 'nifti', false],
  [/\.nrrd$/i, 'nrrd', true],
  [/\.mha$/i, 'metaimage', true],
];

/**
 * Writes a volume as NIfTI (`.nii`, `.nii.gz`), NRRD (`.nrrd`) or MetaImage (`.mha`); all but `.nii`
 * are compressed. The file appears under its name only when it is complete: it is written beside
 * it and then renamed. See `encodeVolume` for what the header holds.
 * @param path ends as above; an existing file is replaced
 * @throws {RangeError} if the path has another ending or the volume cannot be encoded
 * @throws {Error} if the file cannot be written; the message names it and says why
 */
export async function writeVolume(
  path: string,
  volume: Volume,
  options: WriteVolumeOptions = {},
): Promise<void> {
  const ending = ENDINGS.find(([pattern]) => pattern.test(path));
  if (ending === undefined) {
    throw new RangeError(
      `\`writeVolume\`: the path must end in .nii, .nii.gz, .nrrd or .mha, got ${path}`,
    );
  }
  const [, format, gzip] = ending;
  await writeFile('writeVolume', path, () => encodeVolume(volume, { ...options, format, gzip }));
}
