import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileError } from './file-error.ts';
import { temporaryName } from './temporary-name.ts';

/**
 * Makes a folder that appears under its name only when `fill` has finished; on failure nothing is
 * left behind.
 *
 * @param path must not exist, or be an empty folder
 * @param subfolders made before `fill` is called
 * @param fill gets the folder's temporary path and a function that writes a file into it
 * @throws Error naming the path and the cure.
 */
export async function writeFolderAtomic(
  path: string,
  subfolders: readonly string[],
  fill: (
    folder: string,
    write: (name: string, content: string | Uint8Array) => Promise<void>,
  ) => Promise<void>,
): Promise<void> {
  const target = resolve(path);
  const temporary = temporaryName(target);
  const attempt = async (action: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (cause) {
      throw fileError(path, action, cause);
    }
  };
  // Before the work, and by the renaming again.
  await attempt('make the folder', async () => {
    const held = await readdir(target).catch(() => []);
    if (held.length > 0) throw Object.assign(new Error('not empty'), { code: 'ENOTEMPTY' });
  });
  try {
    await attempt('make the folder', async () => {
      for (const name of ['', ...subfolders]) {
        await mkdir(join(temporary, name), { recursive: true });
      }
    });
    await fill(temporary, (name, content) =>
      attempt('write into', () => writeFile(join(temporary, name), content)),
    );
    await attempt('make the folder', () => rename(temporary, target));
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}
