import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError } from './file-error.ts';

/**
 * All files below a folder by their path inside it, with forward slashes, in order of the paths.
 * Symbolic links are followed, hidden files and what archives of other systems leave are passed over.
 */
export async function listFiles(root: string): Promise<readonly string[]> {
  const files: string[] = [];
  await visit(root, '', [], files);
  return files.sort();
}

async function visit(
  root: string,
  folder: string,
  above: readonly string[],
  files: string[],
): Promise<void> {
  const path = join(root, folder);
  let names: readonly string[];
  let real: string;
  try {
    [names, real] = [await readdir(path), await realpath(path)];
  } catch (cause) {
    throw fileError(path, 'read the folder', cause);
  }
  // A link to a folder that it lies in would go round for ever.
  if (above.includes(real)) return;
  for (const name of names) {
    if (name.startsWith('.') || name === '__MACOSX') continue;
    const inside = folder === '' ? name : `${folder}/${name}`;
    // A link to nowhere is listed too, so that reading it says what is wrong.
    const isFolder = await stat(join(root, inside)).then(
      (entry) => entry.isDirectory(),
      () => false,
    );
    if (isFolder) await visit(root, inside, [...above, real], files);
    else files.push(inside);
  }
}
