import { readFile } from 'node:fs/promises';
import { fileError } from '@sts-net/datasets/files';

/** The text of a file; undefined where there is none. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fileError(path, 'read', cause);
  }
}
