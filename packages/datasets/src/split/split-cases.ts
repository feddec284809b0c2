import type { Case } from '../cases/case.ts';
import type { SplitName } from '../manifest/manifest-item.ts';
import { nearestName } from '../validation/nearest-name.ts';
import { rankGroups } from './rank-groups.ts';

/** Which groups are held out: their names, or the fraction of all groups, drawn with the seed. */
export interface SplitConfig {
  /** Chooses the best checkpoint. */
  readonly validation: readonly string[] | number;
  /** Seen by `evaluate` only. */
  readonly test: readonly string[] | number;
  /** Cross-validation: how many folds the groups make that are not for the test. @default 5 */
  readonly folds?: number | undefined;
  /** Which fold validates, from 0, in place of `validation`. @default none */
  readonly fold?: number | undefined;
}

/** The cases of each split. */
export type Split = Readonly<Record<SplitName, readonly Case[]>>;

/**
 * Divides cases by group: the groups that `split` names, or shares drawn with the seed, are held
 * out; the rest trains. Cases that know their split go there.
 *
 * @throws RangeError for a group that does not exist or is in two splits, if nothing is left to train
 * on, or if both the cases and `split` say what is held out.
 */
export function splitCases(cases: readonly Case[], split: SplitConfig, seed: number): Split {
  const result = cases.some((one) => one.split !== undefined)
    ? knownSplit(cases, split)
    : drawSplit(cases, split, seed);
  if (result.training.length > 0) return result;
  const groups = new Set(cases.map(({ group }) => group));
  throw new RangeError(
    `data.split: at least one group must be left for training, but all ${groups.size} are held out; hold out fewer`,
  );
}

function knownSplit(cases: readonly Case[], split: SplitConfig): Split {
  const { validation, test, fold } = split;
  const undecided = cases.find((one) => one.split === undefined);
  if (undecided !== undefined) {
    throw new RangeError(
      `data.cases: all items of a manifest must have a \`split\` or none, but '${undecided.id}' has none and others have; split the manifest again`,
    );
  }
  const holdsOut = (value: readonly string[] | number): boolean =>
    typeof value === 'number' ? value > 0 : value.length > 0;
  if (holdsOut(validation) || holdsOut(test) || fold !== undefined) {
    throw new RangeError(
      'data.split: must be left out, because the manifest says which split its items belong to; remove it, or the `split` column',
    );
  }
  const of = (name: SplitName): Case[] => cases.filter((one) => one.split === name);
  return { training: of('training'), validation: of('validation'), test: of('test') };
}

function drawSplit(cases: readonly Case[], split: SplitConfig, seed: number): Split {
  const groups = [...new Set(cases.map(({ group }) => group))].sort();
  const named = new Set<string>();
  for (const key of ['validation', 'test'] as const) {
    const value = split[key];
    if (typeof value === 'number') continue;
    for (const group of value) {
      checkGroup(group, groups, key);
      if (named.has(group) && value !== split.validation) {
        throw new RangeError(
          `data.split: group '${group}' must not be in both validation and test; remove it from one`,
        );
      }
      named.add(group);
    }
  }
  const free = rankGroups(groups, seed).filter((group) => !named.has(group));
  const take = (value: readonly string[] | number): ReadonlySet<string> =>
    new Set(typeof value === 'number' ? free.splice(0, Math.round(value * groups.length)) : value);
  const test = take(split.test);
  const validation =
    split.fold === undefined ? take(split.validation) : foldOf(free, split, split.fold);
  return {
    training: cases.filter(({ group }) => !test.has(group) && !validation.has(group)),
    validation: cases.filter(({ group }) => validation.has(group)),
    test: cases.filter(({ group }) => test.has(group)),
  };
}

/** The groups of a fold; the folds are as large as one another, up to one group. */
function foldOf(
  groups: readonly string[],
  { validation, folds = 5 }: SplitConfig,
  fold: number,
): ReadonlySet<string> {
  if (typeof validation === 'number' ? validation > 0 : validation.length > 0) {
    throw new RangeError(
      'data.split: must have either `validation` or a `fold` that validates, got both; remove one',
    );
  }
  if (folds > groups.length) {
    throw new RangeError(
      `data.split.folds: must be at most the number of groups that are not for the test, ${groups.length}, got ${folds}; make fewer folds`,
    );
  }
  const start = Math.round((fold * groups.length) / folds);
  return new Set(groups.slice(start, Math.round(((fold + 1) * groups.length) / folds)));
}

function checkGroup(group: string, groups: readonly string[], key: string): void {
  if (groups.includes(group)) return;
  const nearest = nearestName(group, groups);
  throw new RangeError(
    `data.split.${key}: no case has the group '${group}'; ${
      nearest === undefined ? `groups are ${groups.join(', ')}` : `did you mean '${nearest}'?`
    }`,
  );
}
