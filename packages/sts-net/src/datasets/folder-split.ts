import type { SplitName } from '../data/split.ts';

const splitFolders: Readonly<Record<SplitName, RegExp>> = {
  training: /^(train|training)$/i,
  validation: /^(val|valid|validation)$/i,
  test: /^(test|testing)$/i,
};

/** The split that a folder is called after, if one is. */
export function folderSplit(folders: readonly string[]): SplitName | undefined {
  const names = Object.keys(splitFolders) as SplitName[];
  return names.find((name) => folders.some((folder) => splitFolders[name].test(folder)));
}
