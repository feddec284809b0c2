import { realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileError } from '../files/file-error.ts';

/**
 * The folder that the paths in a manifest start from. Without symbolic links on the way, over which
 * `..` in the paths would lead elsewhere.
 */
export async function manifestFolder(path: string): Promise<string> {
  try {
    return await realpath(dirname(resolve(path)));
  } catch (cause) {
    throw fileError(path, 'read', cause);
  }
}
