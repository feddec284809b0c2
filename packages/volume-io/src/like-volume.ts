import type { NdArray } from 'ndarray';
import { HEADER_BYTES, MIN_VOX_OFFSET, type NiftiHeader } from './nifti/header.ts';
import type { Volume, VoxelArray } from './volume.ts';

/** Byte ranges of a NIfTI-1 header that say where voxels are. */
const GEOMETRY = [
  [0, 4], // sizeof_hdr
  [39, 56], // dim_info, dim
  [76, 108], // pixdim
  [123, 124], // xyzt_units
  [252, 328], // qform_code … srow_z
  [344, 348], // magic
] as const;

/**
 * Other voxels on exactly the grid of `volume`, for example a predicted label. What the header says
 * about the grid (dim, pixdim, units, qform, sform, byte order) is kept bit by bit; what it says
 * about the old voxels (description, display range, intent, extensions) is dropped.
 * @param voxels `[slice, row, column]`, shape as in `volume`
 * @throws {RangeError} if the shapes differ
 */
export function likeVolume<T extends VoxelArray>(volume: Volume, voxels: NdArray<T>): Volume<T> {
  const { shape } = volume.voxels;
  if (voxels.shape.length !== 3 || voxels.shape.some((length, i) => length !== shape[i])) {
    throw new RangeError(
      `\`likeVolume\`: voxels must have the volume's shape [${shape.join(', ')}], got [${voxels.shape.join(', ')}]; resample them to its grid first`,
    );
  }
  const { spacing, affine, header } = volume;
  if (header === undefined) return { voxels, spacing, affine };
  return { voxels, spacing, affine, header: geometryOnly(header) };
}

function geometryOnly(header: NiftiHeader): NiftiHeader {
  const bytes = new Uint8Array(HEADER_BYTES);
  for (const [start, end] of GEOMETRY) bytes.set(header.bytes.subarray(start, end), start);
  new DataView(bytes.buffer).setFloat32(112, 1, header.littleEndian);
  const extensions = new Uint8Array(MIN_VOX_OFFSET - HEADER_BYTES);
  return { ...header, bytes, extensions, voxOffset: MIN_VOX_OFFSET, sclSlope: 1, sclInter: 0 };
}
