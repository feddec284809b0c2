import { readdir } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { fileError } from '../files/file-error.ts';
import { foldName } from '../files/fold-name.ts';
import { loadManifest, manifestFolder } from '../manifest/read-manifest.ts';
import type { Case, CaseConfig, CaseFolderConfig, CaseList } from './case.ts';

/**
 * The cases of a list, in a fixed order, with absolute paths.
 *
 * @param baseFolder the folder that relative paths start from
 * @throws Error for a missing or empty folder, an id that occurs twice, a case without mask.
 */
export async function findCases(cases: CaseList, baseFolder: string): Promise<readonly Case[]> {
  const found =
    'folder' in cases
      ? await searchFolder(cases, baseFolder)
      : 'manifest' in cases
        ? await casesOfManifest(resolve(baseFolder, cases.manifest))
        : cases.map((one) => ({
            ...withMask(one, baseFolder, 'data.cases'),
            group: one.group ?? one.id,
          }));
  const seen = new Set<string>();
  for (const { id } of found) {
    if (seen.has(id)) {
      throw new RangeError(`data.cases: ids must be unique, '${id}' occurs twice; rename one`);
    }
    seen.add(id);
  }
  return found;
}

async function casesOfManifest(path: string): Promise<readonly Case[]> {
  const items = await loadManifest(path);
  const folder = await manifestFolder(path);
  return items.map((item) => {
    const { group, split, digest, modality } = item;
    return { ...withMask(item, folder, `'${path}'`), group, split, digest, modality };
  });
}

/** Absolute paths of a case that must have a mask. */
function withMask(
  {
    id,
    image,
    mask,
  }: Pick<CaseConfig, 'id' | 'image'> & { readonly mask?: string | null | undefined },
  folder: string,
  source: string,
): Pick<Case, 'id' | 'image' | 'mask'> {
  if (mask === undefined || mask === null) {
    throw new RangeError(`${source}: case '${id}' needs a \`mask\` file; add its path`);
  }
  return { id, image: resolve(folder, image), mask: resolve(folder, mask) };
}

/** The cases of a folder, in order of their paths. */
export async function searchFolder(
  { folder, image, mask }: CaseFolderConfig,
  baseFolder: string,
): Promise<readonly Case[]> {
  const root = resolve(baseFolder, folder);
  let entries: { readonly name: string; readonly parentPath: string; isDirectory(): boolean }[];
  try {
    entries = await readdir(root, { recursive: true, withFileTypes: true });
  } catch (cause) {
    throw fileError(root, 'read the folder', cause);
  }
  const pattern = placeholderPattern(image);
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(root, resolve(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
  const written = spellingIn(paths);
  const cases = paths.flatMap((path) => {
    const names = pattern.exec(path)?.groups;
    const id = names?.['id'];
    if (id === undefined) return [];
    const group = names?.['group'] ?? id;
    const maskPath = written(mask.replaceAll('{id}', id).replaceAll('{group}', group));
    return [
      {
        id: id.normalize('NFC'),
        group: group.normalize('NFC'),
        image: resolve(root, path),
        mask: resolve(root, maskPath),
      },
    ];
  });
  if (cases.length === 0) {
    throw new RangeError(
      `data.cases: '${root}' must hold images named as '${image}', found none among ${entries.length} entries; correct the folder or the pattern`,
    );
  }
  return cases;
}

/** How a path is spelled among those that are there, where it is there in one spelling. */
function spellingIn(paths: readonly string[]): (wanted: string) => string {
  const exact = new Set(paths);
  const folded = new Map<string, string | undefined>();
  for (const path of paths) {
    const name = foldName(path);
    folded.set(name, folded.has(name) ? undefined : path);
  }
  return (wanted) => (exact.has(wanted) ? wanted : (folded.get(foldName(wanted)) ?? wanted));
}

/** `volumes/{id}.nii` as a regular expression whose groups are the placeholders. */
function placeholderPattern(text: string): RegExp {
  const seen = new Set<string>();
  const source = text.split(/\{(id|group)\}/).map((part, i) => {
    if (i % 2 === 0) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    if (seen.has(part)) return `\\k<${part}>`;
    seen.add(part);
    return `(?<${part}>[^/]+?)`;
  });
  return new RegExp(`^${source.join('')}$`);
}
