import { VolumeFormatError } from '../volume-format-error.ts';
import { datatypeOfCode, datatypes, type NiftiDatatype, nameOfUnsupported } from './datatypes.ts';

/** Length of the fixed part of a NIfTI-1 header in bytes. */
export const HEADER_BYTES = 348;
/** The first byte at which a `.nii` file may hold voxels. */
export const MIN_VOX_OFFSET = 352;
const MAX_EXTENSION_BYTES = 2 ** 26;

/** A parsed NIfTI-1 header. `bytes` is what is written back; the other fields only show it. */
export interface NiftiHeader {
  readonly format: 'nifti-1';
  /** The 348 bytes as they came. */
  readonly bytes: Uint8Array;
  /** The bytes between the fixed header and the voxels: the extension flag and extensions. */
  readonly extensions: Uint8Array;
  readonly littleEndian: boolean;
  /** `dim[0]` (the number of axes) and the axis lengths `x, y, z, t, …`. */
  readonly dim: readonly number[];
  /** `pixdim[0]` (the sign of the third axis in the qform) and the grid spacings. */
  readonly pixdim: readonly number[];
  readonly datatype: NiftiDatatype;
  readonly voxOffset: number;
  /** Real value = `sclSlope · stored + sclInter`; 1 and 0 where the file states none. */
  readonly sclSlope: number;
  readonly sclInter: number;
  readonly qformCode: number;
  readonly sformCode: number;
  /** `quatern_b`, `quatern_c`, `quatern_d`. */
  readonly quaternion: readonly [number, number, number];
  /** `qoffset_x`, `qoffset_y`, `qoffset_z`. */
  readonly qoffset: readonly [number, number, number];
  /** `srow_x`, `srow_y`, `srow_z`: 12 numbers. */
  readonly srow: readonly number[];
  /** Low three bits of `xyzt_units`: 0 unknown, 1 metre, 2 millimetre, 3 micrometre. */
  readonly spaceUnit: number;
}

/**
 * Parses and checks the fixed header of a single-file NIfTI-1 image.
 * @param bytes at least 348 bytes
 * @param name the file's name for error messages
 * @throws {VolumeFormatError} if a field is damaged or asks for something unsupported
 */
export function parseHeader(bytes: Uint8Array, name: string): NiftiHeader {
  const fail = (field: string, offset: number, text: string): never => {
    throw new VolumeFormatError(`${name}: ${text}`, { field, offset });
  };
  if (bytes.length < HEADER_BYTES) {
    fail(
      'sizeof_hdr',
      0,
      `a NIfTI-1 file starts with a header of 348 bytes, got ${bytes.length} bytes in all; the file is cut off or no NIfTI file`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const littleEndian = view.getInt32(0, true) === HEADER_BYTES;
  if (!littleEndian && view.getInt32(0, false) !== HEADER_BYTES) {
    const size = view.getInt32(0, true);
    const isNifti2 = size === 540 || view.getInt32(0, false) === 540;
    fail(
      'sizeof_hdr',
      0,
      isNifti2
        ? 'is a NIfTI-2 file (sizeof_hdr 540), only NIfTI-1 is supported; convert it, for example with nibabel'
        : `sizeof_hdr must be 348 in either byte order, got ${size}; the file is damaged or no NIfTI-1 file`,
    );
  }
  const int16 = (offset: number) => view.getInt16(offset, littleEndian);
  const floats = (offset: number, count: number) =>
    Array.from({ length: count }, (_, i) => view.getFloat32(offset + 4 * i, littleEndian));

  const magic = String.fromCharCode(...bytes.subarray(344, 348));
  if (magic === 'ni1\0') {
    fail(
      'magic',
      344,
      'is the header of a .hdr/.img pair, only single-file NIfTI-1 (.nii, .nii.gz) is supported; join the two, for example with nibabel or fslchfiletype',
    );
  }
  if (magic !== 'n+1\0') {
    fail(
      'magic',
      344,
      `magic must be "n+1\\0", got ${JSON.stringify(magic)}; the file is damaged, or Analyze 7.5, which is not supported`,
    );
  }

  const dim = Array.from({ length: 8 }, (_, i) => int16(40 + 2 * i));
  const axes = dim[0]!;
  if (axes < 1 || axes > 7) {
    fail(
      'dim[0]',
      40,
      `dim[0] (number of axes) must be 1 to 7, got ${axes}; the header is damaged`,
    );
  }
  for (let i = 1; i <= axes; i++) {
    const length = dim[i]!;
    if (length < 1) {
      fail(
        `dim[${i}]`,
        40 + 2 * i,
        `dim[${i}] (length of axis ${i}) must be at least 1, got ${length}; the header is damaged`,
      );
    }
    if (i > 3 && length > 1) {
      fail(
        `dim[${i}]`,
        40 + 2 * i,
        `must hold one 3-D image, but dim[${i}] is ${length} (dim ${dim.slice(1, axes + 1).join('×')}); extract one 3-D image, for example with nibabel or fslroi`,
      );
    }
  }

  const code = int16(70);
  const datatype =
    datatypeOfCode(code) ??
    fail(
      'datatype',
      70,
      `datatype ${code} (${nameOfUnsupported(code)}) is not supported; convert the voxels to one of ${Object.keys(datatypes).join(', ')}`,
    );

  const voxOffset = view.getFloat32(108, littleEndian);
  if (!Number.isInteger(voxOffset) || voxOffset < MIN_VOX_OFFSET) {
    fail(
      'vox_offset',
      108,
      `vox_offset must be a whole number of at least 352, got ${voxOffset}; the header is damaged`,
    );
  }
  if (voxOffset - HEADER_BYTES > MAX_EXTENSION_BYTES) {
    fail(
      'vox_offset',
      108,
      `vox_offset must be below ${MAX_EXTENSION_BYTES}, got ${voxOffset}; the header is damaged, or remove its extensions`,
    );
  }

  let [sclSlope, sclInter] = floats(112, 2) as [number, number];
  if (sclSlope === 0 || !Number.isFinite(sclSlope)) {
    // Zero means unscaled by the standard; NaN and infinity are what some writers use for it.
    sclSlope = 1;
    sclInter = 0;
  } else if (!Number.isFinite(sclInter)) {
    fail(
      'scl_inter',
      116,
      `scl_inter must be finite because scl_slope is ${sclSlope}, got ${sclInter}; the header is damaged`,
    );
  }

  return {
    format: 'nifti-1',
    bytes: bytes.slice(0, HEADER_BYTES),
    extensions: new Uint8Array(0),
    littleEndian,
    dim,
    pixdim: floats(76, 8),
    datatype,
    voxOffset,
    sclSlope,
    sclInter,
    qformCode: int16(252),
    sformCode: int16(254),
    quaternion: floats(256, 3) as [number, number, number],
    qoffset: floats(268, 3) as [number, number, number],
    srow: floats(280, 12),
    spaceUnit: bytes[123]! & 7,
  };
}
