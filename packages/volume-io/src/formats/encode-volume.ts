import { type EncodedFile, joined, type VolumeEncoder } from '../encoding/encoded-file.ts';
import { isNiftiHeader } from '../headers/grid-header.ts';
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
  /**
   * What the stored numbers are multiplied by to become values, which are rounded to multiples of it;
   * NIfTI alone has a place for it (`scl_slope`). @default 1
   */
  readonly scale?: number;
}

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
  return joined(await encodedSlabs(volume, slabsOf(volume), options));
}

/** The voxels of a volume a few slices at a time, in C order. */
export function* slabsOf({ voxels }: Volume): Generator<VoxelArray> {
  const [slices, rows, columns] = voxels.shape as [number, number, number];
  const most = Math.max(1, Math.floor(SLAB_VOXELS / (rows * columns)));
  for (let first = 0; first < slices; first += most) {
    const end = Math.min(slices, first + most);
    yield inOrder(voxels.lo(first, 0, 0).hi(end - first, rows, columns));
  }
}

/** Voxels that are encoded at a time. */
const SLAB_VOXELS = 2 ** 21;

/**
 * A volume as a file that is made piece by piece.
 * @param like on whose grid it is
 * @param slabs its voxels in C order
 * @throws {RangeError} as `encodeVolume` does, of voxels when their turn comes
 */
export async function encodedSlabs(
  like: Volume,
  slabs: Iterable<VoxelArray> | AsyncIterable<VoxelArray>,
  { gzip = false, format = 'nifti', datatype, scale = 1 }: EncodeVolumeOptions,
): Promise<EncodedFile> {
  checkVolume('encodeVolume', like);
  const type = datatype ?? kindOfArray(like.voxels.data);
  const [{ datatypes }, { encodeVoxels }] = await Promise.all([
    import('../voxels/datatypes.ts'),
    import('../voxels/voxel-bytes.ts'),
  ]);
  if (!Object.hasOwn(datatypes, type)) {
    throw new RangeError(
      `\`encodeVolume\`: \`datatype\` must be one of ${Object.keys(datatypes).join(', ')}, got ${type}`,
    );
  }
  if (!Object.hasOwn(ENCODERS, format)) {
    throw new RangeError(
      `\`encodeVolume\`: \`format\` must be one of ${Object.keys(ENCODERS).join(', ')}, got ${String(format)}`,
    );
  }
  checkScale(scale, format);
  const { header } = like;
  const littleEndian = format === 'nifti' && isNiftiHeader(header) ? header.littleEndian : true;
  const [slices, rows, columns] = like.voxels.shape as [number, number, number];
  const count = slices * rows * columns;
  async function* voxels() {
    let first = 0;
    for await (const slab of slabs) {
      yield encodeVoxels(slab, { datatype: type, littleEndian, scale }, first);
      first += slab.length;
    }
    if (first === count) return;
    throw new RangeError(
      `\`encodeVolume\`: there must be ${count} voxels for the shape [${like.voxels.shape.join(', ')}], got ${first}`,
    );
  }
  const encode = await ENCODERS[format]();
  return encode({ like, datatype: type, scale, gzip }, voxels());
}

function checkScale(scale: number, format: VolumeFileFormat): void {
  if (!(scale > 0 && Number.isFinite(scale))) {
    throw new RangeError(`\`encodeVolume\`: \`scale\` must be a positive number, got ${scale}`);
  }
  if (scale === 1 || format === 'nifti') return;
  throw new RangeError(
    `\`encodeVolume\`: \`scale\` must be left out for ${format}, which has no place for it, got ${scale}; write NIfTI, or the values themselves`,
  );
}
