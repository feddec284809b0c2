import { describe, expect, it } from 'vitest';
import type { ManifestItem } from '../src/manifest/manifest-item.ts';
import { foldManifest, splitManifest } from '../src/split/split-manifest.ts';

/** Two items of each of `count` groups. */
function itemsOf(count: number, name = 'g'): ManifestItem[] {
  return Array.from({ length: 2 * count }, (_, i) => ({
    id: `${name}${i}`,
    group: `${name}-${i >> 1}`,
    image: `${i}.png`,
    mask: null,
    size: [1, 2, 2],
    spacing: null,
    area: 0,
    digest: String(i).padStart(64, '0'),
  }));
}

/** The split of each group; fails if a group is divided. */
function splitsOf(items: readonly ManifestItem[]): Map<string, string> {
  const splits = new Map<string, string>();
  for (const { group, split } of items) {
    expect(splits.get(group) ?? split).toBe(split);
    splits.set(group, split!);
  }
  return splits;
}

function count(items: readonly ManifestItem[], split: string): number {
  return items.filter((item) => item.split === split).length;
}

describe('splitManifest', () => {
  const shares = { test: 0.2, validation: 0.1, seed: 1 };

  it('divides no group, leaves no item out and keeps the shares (property)', () => {
    const items = splitManifest(itemsOf(50), shares);
    expect(splitsOf(items).size).toBe(50);
    const counts = ['training', 'validation', 'test'].map((split) => count(items, split));
    expect(counts).toEqual([70, 10, 20]);
  });

  it('depends on the seed and the groups’ names, not on the order of the lines (property)', () => {
    const items = itemsOf(50);
    const one = splitsOf(splitManifest(items, shares));
    expect(splitsOf(splitManifest([...items].reverse(), shares))).toEqual(one);
    expect(splitsOf(splitManifest(items, { ...shares, seed: 2 }))).not.toEqual(one);
  });

  it('moves no more groups for new ones than the shares need (property)', () => {
    const before = splitsOf(splitManifest(itemsOf(50), shares));
    const after = splitsOf(splitManifest([...itemsOf(50), ...itemsOf(10, 'new')], shares));
    // 10 → 12 groups are tested and 5 → 6 validated: of the old ones, none need leave the front but
    // for new ones that are drawn before them.
    const moved = [...before].filter(([group, split]) => after.get(group) !== split);
    expect(moved.length).toBeLessThanOrEqual(6);
  });

  it('refuses to hold all out, or less than a group', () => {
    const items = itemsOf(4);
    expect(() => splitManifest(items, { test: 0.5, validation: 0.5 })).toThrow('all are held out');
    expect(() => splitManifest(items, { test: 0.1 })).toThrow('raise it to 0.25');
  });
});

describe('foldManifest', () => {
  it('tests each group once and keeps folds of one size (property)', () => {
    const folds = foldManifest(itemsOf(23), { folds: 5, validation: 0.2, seed: 3 });
    const tested = folds.flatMap((items) =>
      [...splitsOf(items)].filter(([, split]) => split === 'test').map(([group]) => group),
    );
    expect(new Set(tested).size).toBe(23);
    expect(tested).toHaveLength(23);
    for (const items of folds) {
      expect(count(items, 'validation')).toBe(10);
      expect([8, 10]).toContain(count(items, 'test'));
    }
  });

  it('refuses more folds than groups', () => {
    expect(() => foldManifest(itemsOf(3), { folds: 4 })).toThrow('at most the number of groups, 3');
  });
});
