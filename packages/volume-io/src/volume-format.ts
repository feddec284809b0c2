import type { ByteSource } from './byte-source.ts';
import type { JpegCodecs } from './dicom/codecs.ts';
import type { Volume } from './volume.ts';

/** What a parser knows beside the bytes. */
export interface ParseContext {
  /** The file's name for error messages. */
  readonly name: string;
  /** Bytes of a file beside this one, or `undefined` if there is none. */
  sibling(name: string): Promise<Uint8Array | undefined>;
  readonly codecs: JpegCodecs;
}

/** Reads all volumes of a file: time points, channels and components one by one. */
type VolumeParser = (source: ByteSource, context: ParseContext) => Promise<readonly Volume[]>;

/** A file format: how its first bytes look, and where its parser is. */
export interface VolumeFormat {
  readonly name: string;
  /** Whether a file that starts with `head` (at least 352 bytes where it has them) is of this format. */
  matches(head: Uint8Array): boolean;
  /** Loads the parser; only then is its code needed. */
  load(): Promise<VolumeParser>;
}
