import type { ManifestItem } from './manifest-item.ts';

/** The content of a manifest: one JSON object a line, keys always in the same order. */
export function manifestText(items: Iterable<ManifestItem>): string {
  return Array.from(items, (item) => {
    const { id, group, image, mask, size, spacing, area, digest, split, source } = item;
    const ordered = { id, group, image, mask, size, spacing, area, digest, split, source };
    return `${JSON.stringify(ordered)}\n`;
  }).join('');
}
