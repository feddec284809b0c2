/** The folders of a path with forward slashes, and its name without what tells the format. */
export function pathParts(path: string): { readonly folders: string[]; readonly stem: string } {
  const folders = path.split('/');
  const name = folders.pop()!;
  return { folders, stem: name.replace(/(\.nii)?\.[^.]+$/i, '') };
}

/** A name for each path: the file's, with its folders where another file has the same. */
export function uniqueIds(paths: readonly string[]): readonly string[] {
  const count = new Map<string, number>();
  const stems = paths.map((path) => pathParts(path).stem);
  for (const stem of stems) count.set(stem, (count.get(stem) ?? 0) + 1);
  return paths.map((path, i) => {
    const stem = stems[i]!;
    const id = count.get(stem) === 1 ? stem : [...pathParts(path).folders, stem].join('_');
    // Ids name files, on systems too where this parts folders.
    return id.replaceAll('\\', '_');
  });
}
