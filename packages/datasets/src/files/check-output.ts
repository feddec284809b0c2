import { open, readdir, rm } from 'node:fs/promises';
import { fileError } from './file-error.ts';
import { isStream } from './is-stream.ts';
import { temporaryName } from './temporary-name.ts';

/**
 * Finds out before long work whether a folder can be made, or is there and empty.
 *
 * @param option what the user gave the path with
 * @throws Error naming the path and the cure.
 */
export async function checkNewFolder(option: string, path: string): Promise<void> {
  const held = await readdir(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return [];
    throw fileError(path, 'make the folder', cause);
  });
  if (held.length > 0) {
    throw new RangeError(`${option}: '${path}' must not exist or be empty; choose another folder`);
  }
}

/**
 * Finds out before long work whether its result can be written to `path`, without touching it.
 *
 * @throws Error naming the path and the cure.
 */
export async function checkWritable(path: string): Promise<void> {
  if (await isStream(path)) return;
  const probe = temporaryName(path, 'probe');
  try {
    await (await open(probe, 'w')).close();
    await rm(probe);
  } catch (cause) {
    throw fileError(path, 'write', cause);
  }
}
