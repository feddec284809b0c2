import { mkdir } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { fileError } from '../files/file-error.ts';
import { writeFileAtomic } from '../files/write-file-atomic.ts';
import { mapFiles } from './image-files.ts';
import type { ManifestItem } from './manifest-item.ts';
import { manifestFolder } from './read-manifest.ts';

/** The content of a manifest: one JSON object a line, keys always in the same order. */
export function manifestText(items: Iterable<ManifestItem>): string {
  return Array.from(items, (item) => {
    const { id, group, image, mask, size, spacing, area, digest, split, source } = item;
    const { ignore, modality, fingerprint, seal } = item;
    const about = { id, group, image, mask, size, spacing, area, digest, split, source };
    const ordered = { ...about, ignore, modality, fingerprint, seal };
    return `${JSON.stringify(ordered)}\n`;
  }).join('');
}

/**
 * Writes items of one manifest as another, completely or not at all; in another folder, their paths
 * lead from there.
 *
 * @param source the manifest that the items come from
 */
export async function writeManifest(
  path: string,
  items: readonly ManifestItem[],
  source: string,
): Promise<void> {
  await mkdir(dirname(resolve(path)), { recursive: true }).catch((cause) => {
    throw fileError(path, 'write', cause);
  });
  const [from, to] = [await manifestFolder(source), await manifestFolder(path)];
  const moved = (file: string): string => relative(to, resolve(from, file)).split(sep).join('/');
  const rebased = items.map((item) => ({
    ...item,
    image: mapFiles(item.image, moved),
    mask: item.mask === null ? null : moved(item.mask),
  }));
  await writeFileAtomic(path, manifestText(from === to ? items : rebased));
}
