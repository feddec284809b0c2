import { checkVolume, type Volume } from '../volume/volume.ts';
import type { NiftiDatatype } from '../voxels/datatypes.ts';
import { inOrder, kindOfArray, type VoxelArray } from '../voxels/voxel-arrays.ts';

/** The formats that volumes are written in. */
export type VolumeFileFormat = 'nifti' | 'nrrd' | 'metaimage';

export interface EncodeVolumeOptions {
  /** How voxels are stored. @default the type of the volume's typed array */
  readonly datatype?: NiftiDatatype;
  /** @default 'nifti' */
  readonly format?: VolumeFileFormat;
  /** Whether to compress: NIfTI as a whole (`.nii.gz`), the others only their voxels. @default false */
  readonly gzip?: boolean;
}

/** @param values the voxels in C order */
type VolumeEncoder = (
  volume: Volume,
  values: VoxelArray,
  datatype: NiftiDatatype,
  gzip: boolean,
) => Promise<Uint8Array<ArrayBuffer>>;

const ENCODERS: Readonly<Record<VolumeFileFormat, () => Promise<VolumeEncoder>>> = {
  nifti: async () => (await import('./nifti/encode-nifti.ts')).encodeNifti,
  nrrd: async () => (await import('./nrrd/encode-nrrd.ts')).encodeNrrd,
  metaimage: async () => (await import('./metaimage/encode-metaimage.ts')).encodeMetaImage,
};

/**
 * Writes a volume as the bytes of one file; runs in browsers. NIfTI is version 1, or 2 if the
 * volume was read from version 2; NRRD and MetaImage hold the affine as it is, in LPS.
 *
 * A volume that was read from NIfTI keeps its header byte for byte in NIfTI, in its byte order and
 * with its extensions, except for the sample type, the offset of the voxels, and slope and
 * intercept where they would scale (values are stored as they are). Without a header one is made
 * from spacing and affine, as sform and, where there is no shear, as qform.
 * @throws {RangeError} if a value does not fit `datatype`, if the geometry does not fit the format,
 * or if shape, spacing or affine were changed while the header was kept
 */
export async function encodeVolume(
  volume: Volume,
  options: EncodeVolumeOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { gzip = false, format = 'nifti' } = options;
  checkVolume('encodeVolume', volume);
  const values = inOrder(volume.voxels);
  const { datatype = kindOfArray(values) } = options;
  const { datatypes } = await import('../voxels/datatypes.ts');
  if (!Object.hasOwn(datatypes, datatype)) {
    throw new RangeError(
      `\`encodeVolume\`: \`datatype\` must be one of ${Object.keys(datatypes).join(', ')}, got ${datatype}`,
    );
  }
  if (!Object.hasOwn(ENCODERS, format)) {
    throw new RangeError(
      `\`encodeVolume\`: \`format\` must be one of ${Object.keys(ENCODERS).join(', ')}, got ${String(format)}`,
    );
  }
  const encode = await ENCODERS[format]();
  return encode(volume, values, datatype, gzip);
}
