import { encodedSlabs, slabsOf, type VolumeFileFormat } from '../formats/encode-volume.ts';
import type { Volume } from '../volume/volume.ts';
import type { NiftiDatatype } from '../voxels/datatypes.ts';
import type { VoxelArray } from '../voxels/voxel-arrays.ts';
import { writePieces } from './node-files.ts';

export interface WriteVolumeOptions {
  /** How voxels are stored. @default the type of the volume's typed array */
  readonly datatype?: NiftiDatatype;
  /**
   * What the stored numbers are multiplied by to become values, which are rounded to multiples of it:
   * 1/255 with `uint8` for probabilities. In NIfTI only (`scl_slope`). @default 1
   */
  readonly scale?: number;
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
  await writeVolumeSlabs(path, volume, slabsOf(volume), options);
}

/**
 * As `writeVolume`, of voxels that come a part at a time: no more than a few parts are in memory.
 * @param like on whose grid they are; its own voxels are not looked at, but their type is the default
 * @param slabs the voxels in C order, in as many parts as it takes
 * @throws {RangeError} as `writeVolume` does, and unless there are as many voxels as the grid has; then
 * nothing is written
 */
export async function writeVolumeSlabs(
  path: string,
  like: Volume,
  slabs: Iterable<VoxelArray> | AsyncIterable<VoxelArray>,
  options: WriteVolumeOptions = {},
): Promise<void> {
  const ending = ENDINGS.find(([pattern]) => pattern.test(path));
  if (ending === undefined) {
    throw new RangeError(
      `\`writeVolume\`: the path must end in .nii, .nii.gz, .nrrd or .mha, got ${path}`,
    );
  }
  const [, format, gzip] = ending;
  const file = await encodedSlabs(like, slabs, { ...options, format, gzip });
  await writePieces('writeVolume', path, file);
}
