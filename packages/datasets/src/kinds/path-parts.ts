import { foldName } from '../files/fold-name.ts';

/** The folders of a path with forward slashes, and its name without what tells the format. */
export function pathParts(path: string): { readonly folders: string[]; readonly stem: string } {
  const folders = path.split('/');
  const name = folders.pop()!;
  return { folders, stem: name.replace(/(\.nii)?\.[^.]+$/i, '') };
}

/**
 * A name for each path: the file's, with its folders where another file has the same, also in other
 * capitals. In one Unicode form (NFC), whatever the file system's.
 */
export function uniqueIds(paths: readonly string[]): readonly string[] {
  const count = new Map<string, number>();
  const stems = paths.map((path) => pathParts(path).stem);
  for (const name of stems.map(foldName)) count.set(name, (count.get(name) ?? 0) + 1);
  return paths.map((path, i) => {
    const stem = stems[i]!;
    const id =
      count.get(foldName(stem)) === 1 ? stem : [...pathParts(path).folders, stem].join('_');
    // Ids name files, on systems too where this parts folders.
    return id.replaceAll('\\', '_').normalize('NFC');
  });
}
