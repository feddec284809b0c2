import { alikePairs, type Print } from './alike.ts';
import type { ManifestItem } from './manifest-item.ts';

/** The items with one group for all that are linked by images that are alike, or by their group. */
export function groupAlike(
  items: readonly ManifestItem[],
  prints: readonly Print[],
): readonly ManifestItem[] {
  const parent = new Map(items.map(({ group }) => [group, group]));
  const root = (group: string): string => {
    const above = parent.get(group)!;
    return above === group ? group : root(above);
  };
  for (const [i, j] of alikePairs(prints)) {
    const [one, other] = [root(items[i]!.group), root(items[j]!.group)].sort();
    parent.set(other!, one!);
  }
  return items.map((item) => ({ ...item, group: root(item.group) }));
}
