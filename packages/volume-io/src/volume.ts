import type { NdArray } from 'ndarray';
import type { DicomHeader } from './dicom/dicom-header.ts';
import type { MetaImageHeader } from './metaimage/header.ts';
import type { NiftiHeader } from './nifti/header.ts';
import type { NrrdHeader } from './nrrd/header.ts';

/** The typed arrays that hold voxels. */
export type VoxelArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** What a file said beside its voxels; `format` tells which it is. */
export type VolumeHeader = NiftiHeader | NrrdHeader | MetaImageHeader | DicomHeader;

/** Distances between neighbouring voxels in mm, in the order of the voxel axes. */
export type Spacing = readonly [slice: number, row: number, column: number];

/**
 * A 3-D image in patient space.
 */
export interface Volume<T extends VoxelArray = VoxelArray> {
  /** Real-world values (after slope and intercept), `[slice, row, column]`. */
  readonly voxels: NdArray<T>;
  /** mm, in the order of the axes of `voxels`; all positive. */
  readonly spacing: Spacing;
  /**
   * 4×4 matrix, row by row (16 numbers), from voxel `(column, row, slice, 1)` to world
   * `(x, y, z, 1)` in mm, with +x right, +y anterior, +z superior (RAS).
   */
  readonly affine: readonly number[];
  /** The header the volume was read with; `writeVolume` writes a NIfTI header's geometry back bit by bit. */
  readonly header?: VolumeHeader;
}
