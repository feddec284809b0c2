import { joinBytes } from '../bytes/byte-arrays.ts';
import type { Volume } from '../volume/volume.ts';
import type { NiftiDatatype } from '../voxels/datatypes.ts';

/** A file that is made piece by piece, so that it need not be in memory as a whole. */
export interface EncodedFile {
  readonly pieces: AsyncIterable<Uint8Array<ArrayBuffer>>;
  /**
   * What takes the place of the file's first bytes once all pieces are there, where that says how long
   * the file is.
   *
   * @param bytes of all pieces
   */
  readonly start?: (bytes: number) => Uint8Array<ArrayBuffer>;
}

/** What is to become of voxels. */
interface StoredVoxels {
  /** On whose grid they are; its own voxels do not matter. */
  readonly like: Volume;
  readonly datatype: NiftiDatatype;
  /** What stored numbers are multiplied by to become values. */
  readonly scale: number;
  readonly gzip: boolean;
}

/** @param voxels as they are stored, in C order */
export type VolumeEncoder = (
  stored: StoredVoxels,
  voxels: AsyncIterable<Uint8Array<ArrayBuffer>>,
) => EncodedFile;

/** The file in one piece. */
export async function joined({ pieces, start }: EncodedFile): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  const file = joinBytes(parts);
  if (start !== undefined) file.set(start(file.length));
  return file;
}
