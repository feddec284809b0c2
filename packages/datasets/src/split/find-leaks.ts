import type { ManifestItem } from '../manifest/manifest-item.ts';

/** An item and the part of the data that it belongs to: a split, or a data set of its own. */
export interface PartItem extends Pick<ManifestItem, 'id' | 'group' | 'digest'> {
  readonly part: string;
}

/**
 * What is in two parts of the data: a group, or one image under two names. One sentence for each
 * group and each image.
 */
export function findLeaks(items: Iterable<PartItem>): readonly string[] {
  const leaks: string[] = [];
  const groups = new Map<string, PartItem>();
  const images = new Map<string, PartItem>();
  const reported = new Set<string>();
  for (const item of items) {
    const { id, group, digest, part } = item;
    const twin = images.get(digest) ?? item;
    const sibling = groups.get(group) ?? item;
    images.set(digest, twin);
    groups.set(group, sibling);
    if (twin.part !== part && !reported.has(digest)) {
      reported.add(digest);
      leaks.push(
        `the same image is in two splits, as '${twin.id}' (${twin.part}) and '${id}' (${part}); give both the same group and split again`,
      );
    } else if (sibling.part !== part && !reported.has(group)) {
      reported.add(group);
      leaks.push(
        `the group '${group}' is in two splits, with '${sibling.id}' (${sibling.part}) and '${id}' (${part}); split again, by group`,
      );
    }
  }
  return leaks;
}

/** @throws RangeError naming the first group or image that is in two splits */
export function refuseLeaks(items: Iterable<PartItem>): void {
  const [leak] = findLeaks(items);
  if (leak !== undefined) throw new RangeError(`data.split: ${leak}`);
}
