/** The folders of a path with forward slashes, and its name without what tells the format. */
export function pathParts(path: string): { readonly folders: string[]; readonly stem: string } {
  const folders = path.split('/');
  const name = folders.pop()!;
  return { folders, stem: name.replace(/(\.nii)?\.[^.]+$/i, '') };
}
