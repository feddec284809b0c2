import { fileError, nodeFiles } from './files.ts';
import { decodeVolume } from './nifti/decode-volume.ts';
import type { Volume } from './volume.ts';

/**
 * Reads a NIfTI-1 image (`.nii` or `.nii.gz`, told apart by content) from a file or from bytes.
 * See `decodeVolume` for the rules.
 * @throws {VolumeFormatError} if the content is damaged or not supported
 * @throws {Error} if the file cannot be read; the message names it and says why
 */
export async function readVolume(
  pathOrBytes: string | URL | Uint8Array | ArrayBuffer,
): Promise<Volume> {
  if (typeof pathOrBytes !== 'string' && !(pathOrBytes instanceof URL)) {
    return decodeVolume(pathOrBytes);
  }
  const bytes = await readFile(pathOrBytes);
  return decodeVolume(bytes, { name: String(pathOrBytes) });
}

async function readFile(path: string | URL): Promise<Uint8Array> {
  const { files } = nodeFiles('readVolume');
  try {
    const stat = await files.stat(path);
    // A device or pipe may have no end.
    if (!stat.isFile() && !stat.isDirectory()) throw new Error('it is no ordinary file');
    return await files.readFile(path);
  } catch (error) {
    throw fileError('readVolume', 'read', path, error);
  }
}
