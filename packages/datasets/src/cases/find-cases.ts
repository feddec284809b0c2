import { resolve } from 'node:path';
import { checkChannelNames, mapFiles } from '../manifest/image-files.ts';
import { loadManifest, manifestFolder } from '../manifest/read-manifest.ts';
import type { Case, CaseConfig, CaseList } from './case.ts';
import { searchFolder } from './search-folder.ts';

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
    const { group, split, digest, modality, ignore } = item;
    const labels = ignore === undefined ? undefined : { ignore };
    return { ...withMask(item, folder, `'${path}'`), group, split, digest, modality, labels };
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
  checkChannelNames(image, `${source}: case '${id}'`);
  const absolute = (path: string): string => resolve(folder, path);
  return { id, image: mapFiles(image, absolute), mask: absolute(mask) };
}
