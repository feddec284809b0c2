import { theOnly } from './decode-volume.ts';
import { type ReadVolumeOptions, readVolumes } from './read-volumes.ts';
import type { Volume } from './volume.ts';

/**
 * Reads a volume from a file or from bytes, whose format is told by content. A pair or a header
 * with detached data (`.hdr`/`.img`, `.nhdr`, `.mhd`) is read by the path of its header.
 * See `decodeVolume` for the rules.
 * @throws {VolumeFormatError} if the content is damaged, not supported, or no single 3-D image of
 * one number a voxel (see `readVolumes`)
 * @throws {Error} if the file cannot be read; the message names it and says why
 */
export async function readVolume(
  pathOrBytes: string | URL | Uint8Array | ArrayBuffer,
  options: ReadVolumeOptions = {},
): Promise<Volume> {
  const isPath = typeof pathOrBytes === 'string' || pathOrBytes instanceof URL;
  const name = isPath ? String(pathOrBytes) : 'image bytes';
  return theOnly(await readVolumes(pathOrBytes, options), name);
}
