import type { NdArray } from 'ndarray';
import { checkVolume } from './check-volume.ts';
import { joinBytes } from './join-bytes.ts';
import { metaImageStart } from './metaimage/metaimage-start.ts';
import { datatypeOfArray, datatypes, type NiftiDatatype } from './nifti/datatypes.ts';
import { niftiHeader, niftiStart } from './nifti/nifti-start.ts';
import { allocate, encodeVoxels } from './nifti/voxels.ts';
import { nrrdStart } from './nrrd/nrrd-start.ts';
import type { Volume, VoxelArray } from './volume.ts';

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
  const { datatype = datatypeOfArray(values) } = options;
  if (!Object.hasOwn(datatypes, datatype)) {
    throw new RangeError(
      `\`encodeVolume\`: \`datatype\` must be one of ${Object.keys(datatypes).join(', ')}, got ${datatype}`,
    );
  }
  switch (format) {
    case 'nifti': {
      const start = niftiStart(volume, datatype);
      const littleEndian = niftiHeader(volume)?.littleEndian ?? true;
      const file = joinBytes([start, encodeVoxels(values, datatype, littleEndian)]);
      return gzip ? await compress(file, 'gzip') : file;
    }
    case 'nrrd': {
      const data = encodeVoxels(values, datatype, true);
      const stored = gzip ? await compress(data, 'gzip') : data;
      return joinBytes([nrrdStart(volume, datatype, gzip), stored]);
    }
    case 'metaimage': {
      const stored = encodeVoxels(values, datatype, true);
      const data = gzip ? await compress(stored, 'deflate') : stored;
      return joinBytes([metaImageStart(volume, datatype, gzip ? data.length : undefined), data]);
    }
    default:
      throw new RangeError(
        `\`encodeVolume\`: \`format\` must be one of nifti, nrrd, metaimage, got ${String(format)}`,
      );
  }
}

/** The voxels in C order without gaps: the array itself if it is that already. */
function inOrder(voxels: NdArray<VoxelArray>): VoxelArray {
  const [depth, height, width] = voxels.shape as [number, number, number];
  const [s0, s1, s2] = voxels.stride as [number, number, number];
  const { data, offset } = voxels;
  const size = depth * height * width;
  if (s2 === 1 && s1 === width && s0 === width * height) {
    return data.subarray(offset, offset + size);
  }
  const values = allocate(datatypeOfArray(data), size);
  let to = 0;
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      let from = offset + z * s0 + y * s1;
      for (let x = 0; x < width; x++, from += s2) values[to++] = data[from]!;
    }
  }
  return values;
}

async function compress(
  bytes: Uint8Array<ArrayBuffer>,
  format: 'gzip' | 'deflate',
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
