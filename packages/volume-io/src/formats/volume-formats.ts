import type { ByteSource, FileContext } from '../bytes/byte-source.ts';
import { layoutOf } from '../headers/nifti-layout.ts';
import type { Volume } from '../volume/volume.ts';
import { isDicom } from './dicom/elements/is-dicom.ts';
import type { JpegCodecs } from './dicom/pixels/codecs.ts';

/** What a parser knows beside the bytes. */
interface ParseContext extends FileContext {
  readonly codecs: JpegCodecs;
}

/** Reads all volumes of a file: time points, channels and components one by one. */
type VolumeParser = (source: ByteSource, context: ParseContext) => Promise<readonly Volume[]>;

/** A file format: how its first bytes look, and where its parser is. */
interface VolumeFormat {
  readonly name: string;
  /** Whether a file that starts with `head` (at least 352 bytes where it has them) is of this format. */
  matches(head: Uint8Array): boolean;
  /** Loads the parser; only then is its code needed. */
  load(): Promise<VolumeParser>;
}

/** NIfTI-1 and NIfTI-2, single file or pair. Analyze 7.5 looks alike and is refused by the parser. */
const nifti: VolumeFormat = {
  name: 'NIfTI',
  matches: (head) => layoutOf(head) !== undefined,
  load: async () => (await import('./nifti/parse-nifti.ts')).parseNifti,
};

/** NRRD, attached or detached: starts with "NRRD000" and a digit. */
const nrrd: VolumeFormat = {
  name: 'NRRD',
  matches: (head) => /^NRRD000\d/.test(latin1(head.subarray(0, 8))),
  load: async () => (await import('./nrrd/parse-nrrd.ts')).parseNrrd,
};

/** MetaImage, attached (.mha) or detached (.mhd): starts with a line such as "ObjectType = Image". */
const metaImage: VolumeFormat = {
  name: 'MetaImage',
  matches: (head) =>
    /^(ObjectType|NDims|Comment|BinaryData|DimSize)\s*=/.test(latin1(head.subarray(0, 64))),
  load: async () => (await import('./metaimage/parse-metaimage.ts')).parseMetaImage,
};

/** DICOM files (PS3.10), also without their preamble. */
const dicom: VolumeFormat = {
  name: 'DICOM',
  matches: isDicom,
  load: async () => (await import('./dicom/series/parse-dicom-volumes.ts')).parseDicomVolumes,
};

/** Every format that volumes are read from, in the order in which they are tried. */
export const volumeFormats: readonly VolumeFormat[] = [nifti, nrrd, metaImage, dicom];

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
