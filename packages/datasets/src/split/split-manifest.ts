import type { ManifestItem, SplitName } from '../manifest/manifest-item.ts';
import { rankGroups } from './rank-groups.ts';

export interface SplitManifestOptions {
  /** Share of all groups that are held out for the test. @default 0 */
  readonly test?: number;
  /** Share of all groups that choose the best checkpoint. @default 0 */
  readonly validation?: number;
  /** @default 2021 */
  readonly seed?: number;
}

/**
 * The items with the split that each belongs to. Whole groups are drawn; a group's place in the draw
 * depends on the seed and its name alone, so neither the order of the items nor other groups change
 * it: when groups come or go, as many move as keep the shares right.
 *
 * @throws RangeError if nothing is left for training, or a share above 0 is less than one group.
 */
export function splitManifest(
  items: readonly ManifestItem[],
  { test = 0, validation = 0, seed = 2021 }: SplitManifestOptions,
): readonly ManifestItem[] {
  const groups = ranked(items, seed);
  const [tests, validations] = [
    countOf('test', test, groups.length),
    countOf('validation', validation, groups.length),
  ];
  return assign(items, groups, (rank) => {
    if (rank < tests) return 'test';
    return rank < tests + validations ? 'validation' : 'training';
  });
}

export interface FoldOptions extends Omit<SplitManifestOptions, 'test'> {
  /** How many parts the groups are divided into. */
  readonly folds: number;
}

/**
 * Cross-validation: for each fold the items with their split, in which that fold is the test. Each
 * group is tested once. A share for validation is drawn from the others, those after the fold first.
 *
 * @throws RangeError if there are fewer groups than folds, or nothing is left for training.
 */
export function foldManifest(
  items: readonly ManifestItem[],
  { folds, validation = 0, seed = 2021 }: FoldOptions,
): readonly (readonly ManifestItem[])[] {
  const groups = ranked(items, seed);
  const count = groups.length;
  if (folds > count) {
    throw new RangeError(
      `\`folds\` must be at most the number of groups, ${count}, got ${folds}; make fewer folds`,
    );
  }
  const validations = countOf('validation', validation, count);
  return Array.from({ length: folds }, (_, fold) => {
    const start = Math.round((fold * count) / folds);
    const end = Math.round(((fold + 1) * count) / folds);
    return assign(items, groups, (rank) => {
      if (rank >= start && rank < end) return 'test';
      return (rank - end + count) % count < validations ? 'validation' : 'training';
    });
  });
}

function ranked(items: readonly ManifestItem[], seed: number): readonly string[] {
  return rankGroups(
    items.map(({ group }) => group),
    seed,
  );
}

function countOf(name: SplitName, share: number, groups: number): number {
  const count = Math.round(share * groups);
  if (share === 0 || count > 0) return count;
  throw new RangeError(
    `\`${name}\` must be at least one of ${groups} groups, got the share ${share}; raise it to ${(1 / groups).toPrecision(2)}`,
  );
}

function assign(
  items: readonly ManifestItem[],
  groups: readonly string[],
  splitOf: (rank: number) => SplitName,
): readonly ManifestItem[] {
  const splits = new Map(groups.map((group, rank) => [group, splitOf(rank)]));
  if (![...splits.values()].includes('training')) {
    throw new RangeError(
      `at least one of ${groups.length} groups must be left for training, but all are held out; hold out fewer`,
    );
  }
  return items.map((item) => ({ ...item, split: splits.get(item.group) }));
}
