import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { SplitConfig } from '../config/data-config.ts';
import { nearestName } from '../config/nearest-name.ts';
import { fileError } from '../files/file-error.ts';
import type { Case } from './case.ts';
import { seededRandom, shuffled } from './random.ts';

export type SplitName = 'training' | 'validation' | 'test';

export type Split = Readonly<Record<SplitName, readonly Case[]>>;

/**
 * Divides cases by group: the groups that `split` names, or shares drawn with the seed, are held
 * out; the rest trains.
 *
 * @throws RangeError for a group that does not exist or is in two splits, or if nothing is left to train on.
 */
export function splitCases(cases: readonly Case[], split: SplitConfig, seed: number): Split {
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
  const free = shuffled(
    groups.filter((group) => !named.has(group)),
    seededRandom(seed, 'split'),
  );
  const take = (value: readonly string[] | number): ReadonlySet<string> =>
    new Set(typeof value === 'number' ? free.splice(0, Math.round(value * groups.length)) : value);
  const test = take(split.test);
  const validation = take(split.validation);
  const result = {
    training: cases.filter(({ group }) => !test.has(group) && !validation.has(group)),
    validation: cases.filter(({ group }) => validation.has(group)),
    test: cases.filter(({ group }) => test.has(group)),
  };
  if (result.training.length === 0) {
    throw new RangeError(
      `data.split: at least one group must be left for training, but all ${groups.length} are held out; hold out fewer`,
    );
  }
  return result;
}

/**
 * Checks that no image is in two splits under two names: by the content of the files.
 *
 * @throws RangeError naming both cases.
 */
export async function checkLeakage(split: Split): Promise<void> {
  const owners = new Map<string, { id: string; name: string }>();
  for (const [name, cases] of Object.entries(split)) {
    for (const { id, image } of cases) {
      const digest = await contentDigest(image);
      const owner = owners.get(digest);
      if (owner !== undefined && owner.name !== name) {
        throw new RangeError(
          `data.split: the same image is in two splits, as '${owner.id}' (${owner.name}) and '${id}' (${name}); give both cases the same group`,
        );
      }
      owners.set(digest, { id, name });
    }
  }
}

async function contentDigest(path: string): Promise<string> {
  try {
    return createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  } catch (cause) {
    throw fileError(path, 'read', cause);
  }
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
