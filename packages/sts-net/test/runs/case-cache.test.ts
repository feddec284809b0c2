import { readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { temporaryFolder, uniform } from '@sts-net/testing';
import { writeImage } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { beforeAll, describe, expect, it } from 'vitest';
import { validateConfig } from '../../src/config/validate-config.ts';
import { evaluateRun } from '../../src/evaluation/evaluate-run.ts';
import { experimentStatistics } from '../../src/evaluation/experiment-statistics.ts';
import { readLog } from '../../src/loggers/run-log.ts';
import { train } from '../../src/runs/train.ts';
import type { TrainOptions } from '../../src/runs/train-options.ts';
import { withFaultyDisk } from '../faulty-disk.ts';
import { configFor, makeData } from '../make-data.ts';
import { tinyModel } from '../tiny-model.ts';

beforeAll(async () => {
  await useBackend('wasm');
});

/** Photographs with the names that `configFor` expects of volumes. */
async function makePhotographs(): Promise<string> {
  const folder = temporaryFolder();
  for (const kind of ['images', 'masks']) await mkdir(join(folder, kind));
  const shape = [24, 20] as const;
  for (const id of ['a', 'b', 'c', 'd']) {
    const colours = uniform(id, 24 * 20 * 3).map((u) => Math.floor(256 * u));
    await writeImage(
      join(folder, 'images', `${id}.png`),
      ndarray(Uint8Array.from(colours), [...shape, 3]),
    );
    const mask = Uint8Array.from({ length: 24 * 20 }, (_, i) => (i % 20 < 4 ? 255 : 0));
    await writeImage(join(folder, 'masks', `${id}.png`), ndarray(mask, [...shape]));
  }
  return folder;
}

const sources = [
  ['volumes', () => makeData(), 'nii.gz'],
  ['photographs', makePhotographs, 'png'],
] as const;

function dataOf(ending: string, cache?: string): Record<string, unknown> {
  const { split } = configFor()['data'] as { split: unknown };
  const cases = { folder: '.', image: `images/{id}.${ending}`, mask: `masks/{id}.${ending}` };
  return { cases, split, ...(cache !== undefined && { cache }) };
}

/** A training in a folder, what it logged but for the time, its weights, and the scores of its test. */
async function run(
  folder: string,
  changes: Record<string, unknown>,
  options: Partial<TrainOptions> = {},
) {
  const output = changes['output'] as string;
  const config = validateConfig(configFor(changes));
  await train(config, { baseFolder: folder, model: tinyModel(), ...options });
  const events = await readLog(join(folder, output, 'log.jsonl'));
  const weights = readFileSync(join(folder, output, 'best.safetensors'));
  return { events: events.map(withoutTimes), weights };
}

function withoutTimes(event: object): object {
  return JSON.parse(
    JSON.stringify(event, (key, value) => (/seconds|time|duration/i.test(key) ? undefined : value)),
  );
}

describe.each(sources)('runs on %s', (_, make, ending) => {
  it('give the same numbers without a cache, with an empty and with a full one', async () => {
    const folder = await make();
    // What is kept in memory would hide what lies on disk.
    const few = { cacheMegabytes: 1e-6 };
    const without = await run(folder, {
      data: { ...dataOf(ending), ...few },
      output: 'without',
    });
    const data = { ...dataOf(ending, 'kept/cases'), ...few };
    const cold = await run(folder, { data, output: 'cold' });
    const kept = readdirSync(join(folder, 'kept', 'cases')).sort();
    expect(kept).toHaveLength(3);
    const warm = await run(folder, { data, output: 'warm' });
    expect(readdirSync(join(folder, 'kept', 'cases')).sort()).toEqual(kept);
    expect(cold).toEqual(without);
    expect(warm).toEqual(without);
    expect(without.events.filter((one) => 'loss' in one)).toHaveLength(6);
  });
});

describe('a run with a cache', () => {
  it('is evaluated with it, wherever the run and its data lie by now', async () => {
    const folder = await makePhotographs();
    await run(folder, { data: dataOf('png'), output: 'without' });
    await run(folder, { data: dataOf('png', 'cache'), output: 'deep/with' });
    expect(readdirSync(join(folder, 'cache'))).toHaveLength(3);
    const options = { backend: 'wasm' } as const;
    const expected = await evaluateRun(join(folder, 'without'), 'test', options);
    expect(await evaluateRun(join(folder, 'deep', 'with'), 'test', options)).toEqual(expected);
    expect(readdirSync(join(folder, 'cache'))).toHaveLength(4);
    expect(await evaluateRun(join(folder, 'deep', 'with'), 'test', options)).toEqual(expected);
    const record = JSON.parse(readFileSync(join(folder, 'deep', 'with', 'data.json'), 'utf8'));
    expect(record.cache).toEqual({ folder: '../../cache', gigabytes: 10 });
  });

  it('goes on with another one, or none', async () => {
    const folder = await makePhotographs();
    const whole = await run(folder, { data: dataOf('png'), output: 'whole' });
    for (const [before, after] of [
      ['cache', undefined],
      [undefined, 'other'],
    ]) {
      const output = `run-${before}`;
      const stop = new AbortController();
      await run(
        folder,
        { data: dataOf('png', before), output },
        {
          signal: stop.signal,
          callbacks: ({ event, step }) => {
            if (event === 'step' && step === 4) stop.abort();
          },
        },
      );
      const data = { ...dataOf('png', after), cacheGigabytes: 3 };
      const { weights } = await run(folder, { data, output }, { resume: true });
      expect(weights.equals(whole.weights)).toBe(true);
    }
  });

  it('says in its log what keeps it from keeping cases', async () => {
    const folder = await makePhotographs();
    const data = { ...dataOf('png', 'cache'), cacheGigabytes: 1e-9 };
    const { events } = await run(folder, { data, output: 'run' });
    expect(events.filter((one) => (one as { event: string }).event === 'warning')).toEqual([
      {
        event: 'warning',
        step: 0,
        message: expect.stringContaining('raise `data.cacheGigabytes`'),
      },
    ]);
  });
});

describe('statistics of a config with a cache', () => {
  it('are the same, and what cannot be written is said once', async () => {
    const folder = await makePhotographs();
    const of = (cache?: string, warnings: string[] = []) =>
      experimentStatistics(
        validateConfig(configFor({ data: dataOf('png', cache) })),
        folder,
        (text) => void warnings.push(text),
      );
    const expected = await of();
    const warnings: string[] = [];
    await withFaultyDisk('EACCES', async () => {
      expect(await of('cache', warnings)).toEqual(expected);
    });
    expect(warnings).toEqual([expect.stringMatching(/permission is denied/)]);
    expect(await of('cache')).toEqual(expected);
    expect(readdirSync(join(folder, 'cache'))).toHaveLength(4);
    expect(await of('cache')).toEqual(expected);
  });
});
