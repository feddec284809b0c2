import type { ManifestItem } from './manifest-item.ts';

/** The items with one group for all groups that are linked, which is the first of them by name. */
export function joinGroups(
  items: readonly ManifestItem[],
  links: Iterable<readonly [index: number, index: number]>,
): readonly ManifestItem[] {
  const parent = new Map(items.map(({ group }) => [group, group]));
  const root = (group: string): string => {
    const above = parent.get(group)!;
    return above === group ? group : root(above);
  };
  for (const [i, j] of links) {
    const [first, second] = [root(items[i]!.group), root(items[j]!.group)].sort();
    parent.set(second!, first!);
  }
  return items.map((item) => ({ ...item, group: root(item.group) }));
}
