import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '@sts-net/testing';
import { describe, expect, it } from 'vitest';
import type { Case } from '../src/cases/case.ts';
import { findCases } from '../src/cases/find-cases.ts';
import { checkLeakage } from '../src/split/check-leakage.ts';
import { findLeaks } from '../src/split/find-leaks.ts';
import { splitCases } from '../src/split/split-cases.ts';

/** 20 cases, two of each group. */
const cases: Case[] = Array.from({ length: 20 }, (_, i) => ({
  id: `c${i}`,
  group: `g${i >> 1}`,
  image: `${i}.nii`,
  mask: `m${i}.nii`,
}));

describe('splitCases', () => {
  it('puts every case into exactly one split and divides no group', () => {
    const split = splitCases(cases, { validation: 0.2, test: 0.3 }, 1);
    expect([split.training, split.validation, split.test].map((s) => s.length)).toEqual([10, 4, 6]);
    const all = Object.values(split).flat();
    expect(new Set(all.map(({ id }) => id)).size).toBe(20);
    const owners = Object.values(split).map((part) => new Set(part.map(({ group }) => group)));
    expect(owners.reduce((sum, groups) => sum + groups.size, 0)).toBe(10);
  });

  it('divides what is not for the test into folds, each of which validates once', () => {
    for (const folds of [2, 3, undefined]) {
      const count = folds ?? 5;
      const splits = Array.from({ length: count }, (_, fold) =>
        splitCases(cases, { validation: [], test: 0.2, folds, fold }, 1),
      );
      const groups = (part: readonly Case[]) => [...new Set(part.map(({ group }) => group))].sort();
      const [{ test, training, validation }] = splits as [(typeof splits)[0]];
      const outside = groups([...training, ...validation]);
      for (const split of splits) {
        expect(split.test).toEqual(test);
        expect(groups(split.training)).toEqual(
          outside.filter((group) => !groups(split.validation).includes(group)),
        );
        expect(Math.abs(groups(split.validation).length - 8 / count)).toBeLessThan(1);
      }
      expect(splits.flatMap((split) => groups(split.validation)).sort()).toEqual(outside);
    }
  });

  it('refuses a fold beside what validates, beside splits that are known, and more folds than groups', () => {
    const split = (changes: object, from = cases) =>
      splitCases(from, { validation: [], test: 0.2, fold: 0, ...changes }, 1);
    expect(() => split({ validation: 0.1 })).toThrow('either `validation` or a `fold`');
    expect(() => split({ folds: 9 })).toThrow('for the test, 8, got 9; make fewer folds');
    const known = cases.map((one) => ({ ...one, split: 'training' as const }));
    expect(() => split({ test: 0 }, known)).toThrow('data.split: must be left out');
  });

  it('depends on the seed, and on nothing but the groups’ names', () => {
    const ids = (seed: number, from = cases) =>
      splitCases(from, { validation: 0.2, test: 0.2 }, seed)
        .test.map(({ group }) => group)
        .sort();
    expect(ids(1)).toEqual(ids(1, [...cases].reverse()));
    expect([2, 3, 4].some((seed) => ids(seed).join() !== ids(1).join())).toBe(true);
  });

  it.each([
    [0.16, 2],
    [0.14, 1],
    [0.25, 3],
  ])('rounds the share %f of ten groups to %i', (share, groups) => {
    const { validation, test } = splitCases(cases, { validation: share, test: share }, 1);
    expect([validation.length, test.length]).toEqual([2 * groups, 2 * groups]);
  });

  it('takes named groups, and draws shares from the others', () => {
    const split = splitCases(cases, { validation: 0.1, test: ['g3', 'g7'] }, 1);
    expect(split.test.map(({ id }) => id)).toEqual(['c6', 'c7', 'c14', 'c15']);
    expect(split.validation).toHaveLength(2);
    expect(split.training).toHaveLength(14);
  });
});

describe('findCases', () => {
  const touch = (path: string) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
  };

  it('reads ids and groups from paths, in order of the paths', async () => {
    const folder = temporaryFolder();
    for (const name of [
      'p2/t3_x.nii',
      'p1/t1_x.nii',
      'p1/t2_x.nii',
      'p1/mask.nii',
      'p1/u/t4_x.nii',
    ]) {
      touch(join(folder, name));
    }
    const pattern = { folder: '.', image: '{group}/{id}_x.nii', mask: '{group}/{id}_y.nii' };
    const expected = ['p1 t1', 'p1 t2', 'p2 t3'].map((name) => {
      const [group, id] = name.split(' ') as [string, string];
      const path = join(folder, group, id);
      return { id, group, image: `${path}_x.nii`, mask: `${path}_y.nii` };
    });
    expect(await findCases(pattern, folder)).toEqual(expected);
    touch(join(folder, 'p2/t1_x.nii'));
    await expect(findCases(pattern, folder)).rejects.toThrow("'t1' occurs twice");
  });

  it('follows links to folders, and passes over what is hidden', async () => {
    const folder = temporaryFolder();
    touch(join(folder, 'disk/a.nii'));
    // What macOS leaves beside files on disks of other systems.
    touch(join(folder, 'disk/._a.nii'));
    mkdirSync(join(folder, 'data'));
    symlinkSync(join(folder, 'disk'), join(folder, 'data/images'));
    const pattern = { folder: 'data', image: 'images/{id}.nii', mask: 'masks/{id}.nii' };
    expect(await findCases(pattern, folder)).toEqual([
      {
        ...{ id: 'a', group: 'a', image: join(folder, 'data/images/a.nii') },
        mask: join(folder, 'data/masks/a.nii'),
      },
    ]);
  });

  it('takes characters of patterns as they are', async () => {
    const folder = temporaryFolder();
    touch(join(folder, 'a.nii'));
    touch(join(folder, 'b+nii'));
    const pattern = { folder, image: '{id}+nii', mask: '{id}.m' };
    expect((await findCases(pattern, '/')).map(({ id }) => id)).toEqual(['b']);
  });
});

describe('findLeaks', () => {
  const item = (id: string, group: string, digest: string, part: string) => ({
    ...{ id, group, digest, part },
  });

  it('finds one image in two parts by its digest, whatever names and groups', () => {
    const leaks = findLeaks([
      item('a', 'g1', 'x', 'training'),
      item('b', 'g2', 'x', 'test'),
      item('c', 'g3', 'y', 'test'),
    ]);
    expect(leaks).toHaveLength(1);
    expect(leaks[0]).toContain("as 'a' (training) and 'b' (test)");
  });

  it('finds a group in two parts, and nothing in one', () => {
    const two = [item('a', 'g', 'x', 'training'), item('b', 'g', 'y', 'validation')];
    expect(findLeaks(two)[0]).toContain("the group 'g' is in two splits");
    expect(findLeaks([item('a', 'g', 'x', 'test'), item('b', 'g', 'x', 'test')])).toEqual([]);
  });
});

describe('checkLeakage', () => {
  const split = (training: Case, test: Case) => ({
    training: [training],
    validation: [],
    test: [test],
  });
  const one = (id: string, image: string, digest?: string): Case => ({
    ...{ id, group: id, image, mask: '' },
    ...(digest !== undefined && { digest }),
  });

  it('compares digests, and the content of files without one', async () => {
    const folder = temporaryFolder();
    const paths = ['a', 'b', 'c'].map((name) => join(folder, name));
    for (const [i, path] of paths.entries()) writeFileSync(path, i < 2 ? 'same' : 'other');
    const [a, b, c] = paths as [string, string, string];
    await expect(checkLeakage(split(one('a', a), one('b', b)))).rejects.toThrow('the same image');
    await expect(checkLeakage(split(one('a', a), one('c', c)))).resolves.toBeUndefined();
    await expect(checkLeakage(split(one('a', a, 'x'), one('c', c, 'x')))).rejects.toThrow(
      "data.split: the same image is in two splits, as 'a' (training) and 'c' (test)",
    );
    await expect(checkLeakage(split(one('a', a, 'x'), one('b', b, 'y')))).resolves.toBeUndefined();
  });
});
