import type { DicomHeader } from './dicom-header.ts';
import type { NiftiHeader } from './nifti-header.ts';

/** The fields of an NRRD header as they are written, with lower-case names. */
export interface NrrdHeader {
  readonly format: 'nrrd';
  /** `field: value` lines. */
  readonly fields: Readonly<Record<string, string>>;
  /** `key:=value` lines. */
  readonly keyValues: Readonly<Record<string, string>>;
}

/** The fields of a MetaImage header as they are written, in their spelling. */
export interface MetaImageHeader {
  readonly format: 'metaimage';
  readonly fields: Readonly<Record<string, string>>;
}

/** What a file said beside its voxels; `format` tells which it is. */
export type VolumeHeader = NiftiHeader | NrrdHeader | MetaImageHeader | DicomHeader;
