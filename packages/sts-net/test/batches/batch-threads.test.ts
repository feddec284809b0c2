import { renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import type { Batch, BatchSource } from '@sts-net/training';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  batchesInThreads,
  type OpenBatches,
  openBatches,
} from '../../src/batches/batch-threads.ts';
import { CaseCache } from '../../src/cases/case-cache.ts';
import { exitCodeOf, exitCodes } from '../../src/cli/exit-code.ts';
import { validateConfig } from '../../src/config/validate-config.ts';
import { findData, type OwnDataParts, prepareData } from '../../src/runs/training-data.ts';
import { configFor, makeData } from '../make-data.ts';

// Node's threads, of which tests may see and change what is started.
const started: { worker: Worker; reading: Int32Array }[] = [];
let script: URL | undefined;
vi.mock('node:worker_threads', async (original) => {
  const node = await original<typeof import('node:worker_threads')>();
  class Watched extends node.Worker {
    constructor(...[file, options]: ConstructorParameters<typeof node.Worker>) {
      super(script ?? file, options);
      started.push({ worker: this, reading: options!.workerData.reading });
    }
  }
  return { ...node, Worker: Watched };
});

let folder: string;
beforeAll(async () => {
  folder = await makeData(['a', 'b', 'c', 'd', 'e']);
});

const open: OpenBatches[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
  started.length = 0;
  script = undefined;
});

const online = [
  { name: 'copy-paste', probability: 0.5, donors: 4 },
  { name: 'lesion-crop', probability: 0.5 },
  { name: 'affine' },
  { name: 'intensity', probability: 0.8 },
];

async function dataOf(
  workers: number | undefined,
  {
    cache,
    cacheMegabytes = 1e-6,
    training = {},
    parts = {},
  }: {
    cache?: string;
    cacheMegabytes?: number;
    training?: object;
    parts?: OwnDataParts;
  } = {},
) {
  const base = configFor();
  const { workers: _, ...usual } = base['training'] as { workers: number };
  const config = validateConfig({
    ...base,
    amplification: { method: 1, online },
    data: { ...(base['data'] as object), cacheMegabytes },
    training: {
      ...usual,
      batchSize: 3,
      ...training,
      ...(workers !== undefined && { workers }),
    },
  });
  const kept = cache === undefined ? undefined : new CaseCache({ folder: join(folder, cache) });
  return prepareData(config, { ...(await findData(config, folder)), cache: kept }, parts);
}

async function batches(source: Pick<BatchSource, 'batch'>, steps: readonly number[]) {
  const made: Batch[] = [];
  for (const step of steps) made.push(await source.batch(step));
  return made;
}

describe('batches made in threads', () => {
  it.each([
    ['slices', { patch: null, flips: true }],
    ['patches around lesions, in parts', { sampler: 'lesions', accumulate: 2 }],
  ])(
    'are the same numbers for 0, 1 and 3 of them, over several epochs: %s',
    async (name, training) => {
      const all: Batch[][] = [];
      let perEpoch = 0;
      for (const workers of [0, 1, 3]) {
        // Those of the cache, of files, and of memory.
        const cache = workers === 3 ? undefined : `cache of ${name}`;
        const cacheMegabytes = workers === 1 ? 64 : 1e-6;
        const data = await dataOf(workers, { cache: cache!, cacheMegabytes, training });
        perEpoch = data.source.stepsPerEpoch;
        const steps = 2 * perEpoch + 2;
        const source = openBatches(data, steps);
        open.push(source);
        expect(source.stepsPerEpoch).toBe(perEpoch);
        all.push(
          await batches(
            source,
            Array.from({ length: steps }, (_, i) => i),
          ),
        );
        expect(started).toHaveLength(workers === 3 ? 4 : workers);
      }
      expect(perEpoch).toBeGreaterThan(2);
      expect(all[1]).toEqual(all[0]);
      expect(all[2]).toEqual(all[0]);
      expect(new Set(all[0]!.map(({ images }) => images.join())).size).toBe(all[0]!.length);
    },
  );

  it('begin anywhere, as a run does that goes on', async () => {
    const data = await dataOf(2);
    const threads = openBatches(data, 100);
    open.push(threads);
    expect(await batches(threads, [41, 42, 43, 7])).toEqual(
      await batches(data.source, [41, 42, 43, 7]),
    );
  });

  it('share what may be kept in memory', async () => {
    const { plan } = await dataOf(3, { cacheMegabytes: 100 });
    expect(plan).toMatchObject({ workers: 3, megabytes: 25 });
  });

  it('are made by one thread where nothing is said, and by none where it has no use for one', async () => {
    expect((await dataOf(undefined)).plan?.workers).toBe(1);
    expect((await dataOf(0)).plan).toBeUndefined();
    const parts: OwnDataParts = { augment: (sample) => sample };
    expect((await dataOf(undefined, { parts })).plan).toBeUndefined();
    await expect(dataOf(1, { parts })).rejects.toThrow(
      'training.workers: must be 0 where cases, the sampler or an augmentation are given in code, or hard negatives are drawn, which other threads do not have, got 1',
    );
    const training = { sampler: 'hard-negatives' };
    expect((await dataOf(undefined, { training })).plan).toBeUndefined();
    const threads = openBatches(await dataOf(2), 0);
    await threads.close();
    expect(started).toEqual([]);
  });

  it('name the file of a case that cannot be read, as without threads, and go on when it can', async () => {
    const data = await dataOf(1);
    const source = batchesInThreads(data.plan!, data.source, 1);
    open.push(source);
    const image = join(folder, 'images', 'b.nii.gz');
    renameSync(image, `${image}.away`);
    const needed = await Promise.all(
      [0, 1, 2, 3].map((step) =>
        source.batch(step).then(
          ({ ids }) => ids,
          (error: Error) => error,
        ),
      ),
    );
    const without = await data.source
      .batch(needed.findIndex((one) => one instanceof Error))
      .catch((error: Error) => error);
    const error = needed.find((one) => one instanceof Error);
    expect(error).toEqual(without);
    expect(error).toMatchObject({ message: expect.stringContaining(image) });
    // What is lost on the way between threads, the exit code is told by.
    expect(exitCodeOf(error)).toBe(exitCodes.input);
    renameSync(`${image}.away`, image);
    expect(await batches(source, [0, 1, 2, 3])).toEqual(await batches(data.source, [0, 1, 2, 3]));
    // Nothing is read between batches.
    expect([...started[0]!.reading]).toEqual([-1]);
  });

  it('say at which case a thread ended', async () => {
    script = new URL('./dying-worker.ts', import.meta.url);
    const data = await dataOf(1);
    const source = batchesInThreads(data.plan!, data.source, 1);
    open.push(source);
    const id = data.plan!.cases[1]!.id;
    const message = `training: a worker thread that makes batches ended at case '${id}' (exit code 3); set \`training.workers\` to 0`;
    await expect(source.batch(0)).rejects.toThrow(message);
    // It does not begin anew.
    await expect(source.batch(1)).rejects.toThrow(message);
  });

  it('say what ended a thread that cannot begin', async () => {
    script = new URL('./no-such-worker.ts', import.meta.url);
    const data = await dataOf(1);
    const source = batchesInThreads(data.plan!, data.source, 1);
    open.push(source);
    await expect(source.batch(0)).rejects.toThrow(/ended between batches \(Cannot find module/);
  });

  it('begin under a program on the command line, too', async () => {
    const { execArgv } = process;
    for (const option of [['--input-type=module'], ['--input-type', 'module']]) {
      process.execArgv = [...execArgv, ...option, '-e', '0'];
      try {
        const data = await dataOf(1);
        const source = batchesInThreads(data.plan!, data.source, 1);
        open.push(source);
        await expect(source.batch(0)).resolves.toMatchObject({ count: 3 });
      } finally {
        process.execArgv = execArgv;
      }
    }
  });

  it('end with the run', async () => {
    const data = await dataOf(1);
    const source = openBatches(data, 10);
    await source.batch(0);
    await source.close();
    const { worker } = started[0]!;
    expect(worker.threadId).toBe(-1);
  });
});
