import type { ManifestItem } from './manifest-item.ts';
import { readManifest } from './read-manifest.ts';

/** All items of a manifest; see `readManifest`. */
export async function loadManifest(path: string): Promise<readonly ManifestItem[]> {
  const items: ManifestItem[] = [];
  for await (const item of readManifest(path)) items.push(item);
  return items;
}
