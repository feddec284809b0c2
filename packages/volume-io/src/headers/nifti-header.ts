import type { NiftiDatatype } from '../voxels/datatypes.ts';

/** A parsed NIfTI header. `bytes` is what is written back; the other fields only show it. */
export interface NiftiHeader {
  readonly format: 'nifti-1' | 'nifti-2';
  /** The 348 bytes (NIfTI-2: 540) as they came. */
  readonly bytes: Uint8Array;
  /** The bytes between the fixed header and the voxels: the extension flag and extensions. */
  readonly extensions: Uint8Array;
  readonly littleEndian: boolean;
  /** `dim[0]` (the number of axes) and the axis lengths `x, y, z, t, …`. */
  readonly dim: readonly number[];
  /** `pixdim[0]` (the sign of the third axis in the qform) and the grid spacings. */
  readonly pixdim: readonly number[];
  /** The type of a voxel, or of its components. */
  readonly datatype: NiftiDatatype;
  /** Numbers a voxel: 2 for complex, 3 for RGB, 4 for RGBA, else 1. */
  readonly components: number;
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
