import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@sts-net/testing';
import { describe, expect, test } from 'vitest';
import { gridRunFiles, openGrid } from '../../src/grid/grid-folder.ts';
import { gridPage } from '../../src/grid/grid-page.ts';
import { gridCsv, gridMarkdown } from '../../src/grid/grid-tables.ts';
import { mergeGrid } from '../../src/grid/merge-grid.ts';
import { runGrid } from '../../src/grid/run-grid.ts';
import { makeGrid, resultWith } from './make-grid.ts';

const options = { resamples: 200 };

/** Two rows of two seeds; six cases of three patients. */
const dice = [
  { a1: 0.1, a2: 0.3, b1: 0.5, b2: 0.5, c1: 0.2, c2: 0.4 },
  { a1: 0.3, a2: 0.3, b1: 0.7, b2: 0.5, c1: 0.4, c2: 0.4 },
  { a1: 0.6, a2: 0.5, b1: 0.7, b2: 0.8, c1: 0.4, c2: 0.6 },
  { a1: 0.6, a2: 0.5, b1: 0.9, b2: 0.8, c1: 0.6, c2: 0.6 },
];

async function doneGrid(runs: readonly number[] = [0, 1, 2, 3]): Promise<string> {
  const folder = await makeGrid(['none', 'esca'], [1, 2]);
  const grid = await openGrid(folder);
  for (const index of runs) await runGrid(grid, index, async () => resultWith(dice[index]!));
  // The time that they took is no part of what is compared.
  for (const index of runs) await setSeconds(gridRunFiles(folder, `id${index}`).result);
  return folder;
}

async function setSeconds(path: string): Promise<void> {
  const result = JSON.parse(await readFile(path, 'utf8')) as { seconds: number };
  await writeFile(path, JSON.stringify({ ...result, seconds: 10 }));
}

test('lesions of pictures have their size in pixels', async () => {
  const folder = await makeGrid(['none'], [1]);
  const grid = await openGrid(folder);
  expect((await mergeGrid(grid)).inPixels).toBe(false);
  await runGrid(grid, 0, async () => ({ ...resultWith(dice[0]!), inPixels: true }));
  const merged = await mergeGrid(grid, [], options);
  expect(gridMarkdown(merged)).toContain('lesions found, by volume (pixels)');
  expect(gridMarkdown(await mergeGrid(await openGrid(await doneGrid()), [], options))).toContain(
    'by volume (mm³)',
  );
});

describe('rows of a grid', () => {
  test('are means over cases, each the mean of the row’s runs', async () => {
    const { rows, missing, cases, patients } = await mergeGrid(
      await openGrid(await doneGrid()),
      [],
      options,
    );
    expect([missing, cases, patients]).toEqual([[], 6, 3]);
    // By hand: the means over seeds are 0.2 0.3 0.6 0.5 0.3 0.4, and 0.6 0.5 0.8 0.8 0.5 0.6.
    expect(rows[0]!.scores.dice.estimate).toBeCloseTo(2.3 / 6, 12);
    expect(rows[1]!.scores.dice.estimate).toBeCloseTo(3.8 / 6, 12);
    // The runs' means are 2/6 and 2.6/6.
    expect(rows[0]!.scores.dice.deviation).toBeCloseTo(0.1 / Math.SQRT2, 12);
    expect(rows[0]!.scores.dice.difference).toBeNull();
    expect(rows[1]!.scores.dice.difference!.estimate).toBeCloseTo(1.5 / 6, 12);
    // Three patients, all in one direction: 2 of 8 exchanges are as far.
    expect(rows[1]!.scores.dice.pValue).toBeCloseTo(0.25, 12);
    // Each run sees the 24 lesions and finds one a case.
    expect(rows[0]!.recallBySize[0]).toMatchObject({ lesions: 48, found: 12, recall: 0.25 });
    expect(rows[0]!.found).toEqual([0.7, 0.6, 0.5, 0.4, 0.3]);
    expect(rows[0]!.seconds).toBe(10);
  });

  test('that lack a run are told with it, and are not tested', async () => {
    const merged = await mergeGrid(await openGrid(await doneGrid([0, 1, 3])), [], options);
    expect(merged.missing).toEqual(['esca, seed 1']);
    expect(merged.rows[1]).toMatchObject({ runs: 2, done: 1 });
    expect(merged.rows[1]!.scores.dice).toMatchObject({
      difference: null,
      pValue: null,
      holm: null,
    });
    expect(gridMarkdown(merged)).toContain('1 of 2');
    expect(gridMarkdown(merged)).toContain('esca, seed 1');
  });

  test('without any run are empty', async () => {
    const { rows } = await mergeGrid(await openGrid(await doneGrid([0, 1])), [], options);
    expect(rows[1]!.scores.dice.estimate).toBeNaN();
    expect(rows[1]!.recallBySize).toEqual([]);
  });
});

describe('folders of one plan', () => {
  test('come to the same bytes in any order', async () => {
    const whole = await doneGrid();
    const parts = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
    for (const [i, part] of parts.entries()) {
      for (const name of ['grid.json', 'runs.jsonl']) await cp(join(whole, name), join(part, name));
      for (const index of [[0], [1, 2], [2, 3]][i]!) {
        await cp(join(whole, 'runs', `id${index}`), join(part, 'runs', `id${index}`), {
          recursive: true,
        });
      }
    }
    const text = async ([first, ...others]: readonly string[]) => {
      const merged = await mergeGrid(await openGrid(first!), others, options);
      return [gridCsv(merged), gridMarkdown(merged), gridPage(merged)];
    };
    const expected = await text([whole]);
    for (const order of [
      [0, 1, 2],
      [2, 0, 1],
      [1, 2, 0],
    ]) {
      expect(await text(order.map((i) => parts[i]!))).toEqual(expected);
    }
  });

  test('that disagree about a run are an error', async () => {
    const [a, b] = [await doneGrid(), await doneGrid([1, 2, 3])];
    await runGrid(await openGrid(b), 0, async () => resultWith(dice[1]!));
    await expect(mergeGrid(await openGrid(a), [b], options)).rejects.toThrow(
      /are of one run and must agree/,
    );
  });
});
