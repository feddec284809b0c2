import { open, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileError } from './file-error.ts';

/**
 * Finds out before long work whether its result can be written to `path`, without touching it.
 *
 * @throws Error naming the path and the cure.
 */
export async function checkWritable(path: string): Promise<void> {
  const probe = join(dirname(path), `.${basename(path)}.${process.pid}.probe`);
  try {
    await (await open(probe, 'w')).close();
    await rm(probe);
  } catch (cause) {
    throw fileError(path, 'write', cause);
  }
}
