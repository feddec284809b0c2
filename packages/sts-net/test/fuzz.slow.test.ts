import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { loadManifest } from '@sts-net/datasets';
import {
  damagedBytes,
  damagedJson,
  drawing,
  fuzzLane,
  temporaryFolder,
  unclear,
} from '@sts-net/testing';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { exitCodeOf, exitCodes } from '../src/cli/exit-code.ts';
import { loadConfig } from '../src/config/validate-config.ts';
import { gridRunFiles, openGrid } from '../src/grid/grid-folder.ts';
import { gridStatus } from '../src/grid/grid-status.ts';
import { mergeGrid } from '../src/grid/merge-grid.ts';
import { planGrid } from '../src/grid/plan-grid.ts';
import { isLocked, LockedError, lockFolder } from '../src/locks/folder-lock.ts';
import { csvLog } from '../src/loggers/csv-log.ts';
import { RunLog, readLog, type TrainEvent } from '../src/loggers/run-log.ts';
import { runFacts } from '../src/reporting/run-facts.ts';
import { readDataRecord, recordedCases } from '../src/runs/data-record.ts';
import { parseDescription } from '../src/runs/model-file.ts';
import { decisionOf, readOperatingPoints } from '../src/tuning/operating-points-file.ts';
import { makeGrid, resultWith } from './grid/make-grid.ts';
import { configFor } from './make-data.ts';
import { tinyModel } from './tiny-model.ts';

/**
 * Cases of each kind of file; `FUZZ_CASES=20000 npx vitest run packages/sts-net/test/fuzz` runs the whole
 * lane. `FUZZ_SEED` draws other cases.
 */
const { cases: CASES, seed: SEED } = fuzzLane(100);

const folder = temporaryFolder();
const at = (...names: string[]) => join(folder, ...names);

interface Target {
  readonly path: string;
  /** Values of JSON, of which the file has one a line. */
  readonly lines: readonly unknown[];
  /** Reads the file, and uses what it holds as the program does. */
  readonly read: (path: string) => Promise<unknown>;
}

const time = '2025-06-01T10:00:00.000Z';
const events = [
  { event: 'start', step: 0, steps: 9, stepsPerEpoch: 3, samples: 8, slices: 6, time },
  { event: 'step', step: 1, loss: 0.5, learningRate: 0.1, lesions: [4, 9], time },
  { event: 'validation', step: 1, metric: 'dice', score: 0.5, best: true, time },
  { event: 'warning', step: 1, message: 'odd', time },
  { event: 'end', step: 1, reason: 'finished', seen: [], time },
];
const item = {
  ...{ id: 'a', group: 'p', image: { flair: 'a.nii', t1: 'b.nii' }, mask: 'm.png', area: 3 },
  ...{
    size: [1, 4, 5],
    spacing: [1, 1, 2],
    digest: 'ab'.repeat(32),
    split: 'test',
    source: { of: 'x' },
  },
};
const file = { path: 'a.nii', sha256: 'ab' };
const recorded = { id: 'a', group: 'p', image: { flair: file, t1: file }, mask: file };
const point = { caseDice: 0.5, recall: 0.5, precision: 0.5, lesionF1: 0.5, falseAlarms: 1 };
const points = {
  ...{ aim: { falseAlarms: 2 }, cases: 3, inPixels: false, weights: ['w'], temperature: 1 },
  classes: [{ threshold: 0.4, minimumVolume: 2, ...point }],
};
const description = {
  network: { encoder: 'mobilenet_v2', decoder: 'unet', attention: 'esca', classes: 2 },
  preprocessing: { channels: ['flair', 't1'], normalization: { name: 'window', low: 0, high: 9 } },
};

let model: LayersModel;
let grid: string;
let targets: Readonly<Record<string, Target>>;

beforeAll(async () => {
  await useBackend('cpu');
  model = tinyModel();
  grid = await makeGrid(['none', 'se'], [1, 2]);
  const own = await openGrid(grid);
  for (const [i, { id, row, seed }] of own.runs.entries()) {
    const files = gridRunFiles(grid, id);
    mkdirSync(files.folder, { recursive: true });
    const about = { id, row, seed, fold: null, seconds: 2 };
    const result = { ...about, ...resultWith({ a1: 0.5, b1: 0.25 * i }) };
    if (i < 3) writeFileSync(files.result, JSON.stringify(result));
    else writeFileSync(files.failure, JSON.stringify({ message: 'why' }));
  }
  const [first, , , last] = own.runs.map(({ id }) => gridRunFiles(grid, id));
  const json = (path: string) =>
    readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  const whole = async () => {
    const opened = await openGrid(grid);
    await gridStatus(opened);
    await mergeGrid(opened, [], { resamples: 10 });
  };
  const target = (path: string, read: Target['read'] = whole) => ({
    path,
    read,
    lines: json(path),
  });
  const gridFile = {
    ...{ base: 'base.json', axes: { attention: ['none', 'se'], 'training.steps': [1, 2] } },
    ...{ include: [{ loss: 'dice' }], exclude: [{ attention: 'se', 'training.steps': 2 }] },
    ...{ reference: { attention: 'none' }, seeds: [1, 2], folds: [0] },
  };
  // Its cases are not there, which ends a plan where all else is right.
  const base = configFor({ data: { cases: 'none.jsonl' } });
  writeFileSync(at('base.json'), JSON.stringify(base));
  targets = {
    config: {
      path: at('config.json'),
      lines: [configFor({ loggers: ['csv'], targets: undefined })],
      read: loadConfig,
    },
    'grid file': {
      path: at('grid.json'),
      lines: [gridFile],
      read: (path) => planGrid(path, at('planned')),
    },
    manifest: {
      path: at('manifest.jsonl'),
      lines: [item, { ...item, id: 'b', mask: null, area: 0, image: 'c.nii', split: 'training' }],
      read: loadManifest,
    },
    log: {
      path: at('log.jsonl'),
      lines: events,
      read: async (path) => {
        runFacts(await readLog(path), model, [8, 8]);
        await (await RunLog.open(path, { step: 1, owesValidation: true })).append(
          events[4] as unknown as TrainEvent,
        );
      },
    },
    'table of a log': {
      path: at('log.csv'),
      lines: ['step,name,value', '1,training/loss,0.5', 7],
      read: (path) => csvLog(path)(events[0] as unknown as TrainEvent),
    },
    'data of a run': {
      path: at('data.json'),
      lines: [{ format: 'sts-net data 1', training: [recorded], validation: [], test: [recorded] }],
      read: async (path) => {
        const record = await readDataRecord(path);
        if (record !== undefined) recordedCases(record, 'test', dirname(path));
      },
    },
    'operating points': {
      path: at('points.json'),
      lines: [points],
      read: async (path) => decisionOf(await readOperatingPoints(path, 'best.safetensors', 'w')),
    },
    'description of a model': {
      path: at('description.json'),
      lines: [description],
      read: async (path) => parseDescription(readFileSync(path, 'utf8'), path),
    },
    lock: {
      path: at('lock'),
      lines: [{ host: 'h', process: 7, time, processSpace: '', started: '1', serial: 1 }],
      read: async () => {
        await isLocked(folder);
        const lock = await lockFolder(folder).catch((error: unknown) => {
          if (!(error instanceof LockedError)) throw error;
        });
        await lock?.release();
      },
    },
    'plan of a grid': target(join(grid, 'grid.json')),
    'runs of a grid': target(join(grid, 'runs.jsonl')),
    'result of a grid': target(first!.result),
    'failure of a grid': target(last!.failure),
  };
});

/** Whether the file is read; throws where it is refused in another way than it should be. */
async function isRead({ path, read }: Target, label: string): Promise<boolean> {
  const before = process.memoryUsage().arrayBuffers;
  try {
    await read(path);
    return true;
  } catch (error) {
    // A manifest that is not there is what a config, or a plan, that is right ends with.
    const beside = ['grid.json', 'runs.jsonl'].map((name) => join(grid, name));
    const names = [path, at('base.json'), at('none.jsonl'), at('planned'), ...beside, folder];
    const { message } = error as Error;
    const reason = unclear(error, names.find((name) => message.includes(name)) ?? path);
    expect([label, reason]).toEqual([label, undefined]);
    expect([label, [exitCodes.usage, exitCodes.input]]).toEqual([
      label,
      expect.arrayContaining([exitCodeOf(error)]),
    ]);
    return false;
  } finally {
    expect(process.memoryUsage().arrayBuffers - before, label).toBeLessThan(2 ** 27);
  }
}

const kinds = [
  ...['config', 'grid file', 'manifest', 'log', 'table of a log', 'data of a run'],
  ...['operating points', 'description of a model', 'lock', 'plan of a grid', 'runs of a grid'],
  ...['result of a grid', 'failure of a grid'],
];

test.each(kinds)(
  `%s: sound, or refused by its name: ${CASES} cases, seed ${SEED}`,
  async (kind) => {
    expect(Object.keys(targets)).toEqual(kinds);
    const target = targets[kind]!;
    const { path, lines } = target;
    const write = (values: readonly unknown[]) =>
      values
        .map((value) => `${typeof value === 'string' ? value : JSON.stringify(value)}\n`)
        .join('');
    mkdirSync(dirname(path), { recursive: true });
    const whole = write(lines);
    try {
      for (let i = 0; i < CASES; i++) {
        const draw = drawing(SEED * 1_000_003 + i);
        let bytes: Uint8Array;
        let what: string;
        if (draw(3) === 0) [what, bytes] = damagedBytes(Buffer.from(whole), draw);
        else {
          const line = draw(lines.length);
          what = write(lines.with(line, damagedJson(lines[line], draw)));
          bytes = Buffer.from(what);
        }
        writeFileSync(path, bytes);
        await isRead(target, `case ${i} of seed ${SEED}: ${what.slice(0, 3000)}`);
      }
    } finally {
      writeFileSync(path, whole);
    }
    if (kind !== 'grid file') expect(await isRead(target, 'whole')).toBe(true);
  },
  600_000,
);
