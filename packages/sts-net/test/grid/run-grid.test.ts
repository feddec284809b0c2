import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gridRunFiles, openGrid } from '../../src/grid/grid-folder.ts';
import { gridStatus } from '../../src/grid/grid-status.ts';
import { runGrid, runsOfJob } from '../../src/grid/run-grid.ts';
import { LockedError } from '../../src/locks/folder-lock.ts';
import { makeGrid, resultWith } from './make-grid.ts';

const result = resultWith({ a1: 0.5 });
const states = async (folder: string) =>
  (await gridStatus(await openGrid(folder))).runs.map(({ state }) => state);

describe('a run of a grid', () => {
  test('is done once, with its own config', async () => {
    const grid = await openGrid(await makeGrid(['none', 'esca'], [1, 2]));
    let configs = 0;
    const work: Parameters<typeof runGrid>[2] = async (config, { folder, baseFolder }) => {
      configs++;
      expect(config.model).toMatchObject({ attention: 'esca' });
      expect(config.seed).toBe(2);
      expect(baseFolder).toBe(grid.folder);
      expect(config.output).toBe(relative(baseFolder, join(folder, 'training')));
      return result;
    };
    expect(await runGrid(grid, 3, work)).toBe(true);
    expect(await runGrid(grid, 3, work)).toBe(false);
    expect(configs).toBe(1);
    const files = gridRunFiles(grid.folder, 'id3');
    expect(JSON.parse(await readFile(files.result, 'utf8'))).toMatchObject({
      id: 'id3',
      seed: 2,
      steps: 3,
    });
    expect(existsSync(files.lock)).toBe(false);
    expect(await states(grid.folder)).toEqual(['waiting', 'waiting', 'waiting', 'done']);
  });

  test('that fails says why, and is tried again', async () => {
    const grid = await openGrid(await makeGrid(['none'], [1]));
    const broken = runGrid(grid, 0, () => Promise.reject(new RangeError('no lesion anywhere')));
    await expect(broken).rejects.toThrow('no lesion anywhere');
    expect((await gridStatus(grid)).runs[0]).toMatchObject({
      state: 'failed',
      message: 'no lesion anywhere',
    });
    expect(await runGrid(grid, 0, async () => result)).toBe(true);
    expect(await states(grid.folder)).toEqual(['done']);
    expect(existsSync(gridRunFiles(grid.folder, 'id0').failure)).toBe(false);
  });

  test('that is stopped is no failure', async () => {
    const grid = await openGrid(await makeGrid(['none'], [1]));
    const stop = new AbortController();
    const stopped = runGrid(
      grid,
      0,
      async (_, { signal }) => {
        stop.abort(new Error('stopped'));
        signal!.throwIfAborted();
        return result;
      },
      { signal: stop.signal },
    );
    await expect(stopped).rejects.toThrow('stopped');
    expect(await states(grid.folder)).toEqual(['stopped']);
  });

  test('that another process is at is left alone', async () => {
    const grid = await openGrid(await makeGrid(['none'], [1]));
    const listed = async () => (await readdir(join(grid.folder, 'runs', 'id0'))).sort();
    await runGrid(grid, 0, async () => {
      const before = await listed();
      await expect(runGrid(grid, 0, async () => result)).rejects.toThrow(LockedError);
      expect(await listed()).toEqual(before);
      expect(await states(grid.folder)).toEqual(['running']);
      return result;
    });
    expect(await states(grid.folder)).toEqual(['done']);
  });

  test('must be one of the plan', async () => {
    const grid = await openGrid(await makeGrid(['none'], [1, 2]));
    await expect(runGrid(grid, 2, async () => result)).rejects.toThrow(/0 to 1, got 2/);
    await expect(openGrid(join(grid.folder, 'runs'))).rejects.toThrow(/must hold a planned grid/);
  });
});

test('a job takes several runs in a row', async () => {
  const grid = await openGrid(await makeGrid(['none', 'esca', 'se'], [1, 2, 3]));
  const indices = (job: number) => runsOfJob(grid, job, 4).map(({ index }) => index);
  expect([0, 1, 2, 3].map(indices)).toEqual([[0, 1, 2, 3], [4, 5, 6, 7], [8], []]);
});

test('what is left is reckoned by the work of the runs', async () => {
  const grid = await openGrid(await makeGrid(['none', 'esca'], [1, 2]));
  expect((await gridStatus(grid)).secondsLeft).toBeNull();
  await runGrid(grid, 0, async () => result);
  const { secondsLeft, runs } = await gridStatus(grid);
  expect(secondsLeft).toBe(Math.round(3 * runs[0]!.seconds!));
});
