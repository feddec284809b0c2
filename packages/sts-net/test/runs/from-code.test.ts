import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { readVolume, type Volume } from '@sts-net/volume-io';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SourceCase } from '../../src/cases/case-reader.ts';
import { validateConfig } from '../../src/config/validate-config.ts';
import { evaluateRun } from '../../src/evaluation/evaluate-run.ts';
import { readLog, type TrainEvent } from '../../src/loggers/run-log.ts';
import { train } from '../../src/runs/train.ts';
import type { TrainOptions } from '../../src/runs/train-options.ts';
import { readSafetensors } from '../../src/weights/weight-files.ts';
import { configFor, makeData } from '../make-data.ts';
import { tinyModel } from '../tiny-model.ts';

let data: string;
beforeAll(async () => {
  await useBackend('wasm');
  data = await makeData();
});

async function run(
  output: string,
  options: TrainOptions = {},
  changes: Record<string, unknown> = {},
) {
  const model = tinyModel();
  const training = { ...(configFor()['training'] as object), ...(changes['training'] as object) };
  const config = validateConfig(configFor({ ...changes, output, training }));
  try {
    return await train(config, { baseFolder: data, model, ...options });
  } finally {
    model.dispose();
  }
}

const weights = ({ output }: { readonly output: string }) =>
  readSafetensors(join(output, 'last.safetensors'));

describe('callbacks', () => {
  it('are waited for one after the other, and may stop the run, which can be gone on with', async () => {
    const said: string[] = [];
    const slow = async ({ event, step }: TrainEvent) => {
      said.push(`${event} ${step}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
      said.push(`${event} ${step}, waited for`);
    };
    const stopped = await run('callbacks', {
      callbacks: [
        slow,
        ({ event, step }, { stop }) => {
          said.push(`second ${event} ${step}`);
          if (event === 'step' && step === 2) stop();
        },
      ],
    });
    expect(stopped).toMatchObject({ step: 2, finished: false });
    expect(said.slice(0, 6)).toEqual(
      ['start 0', 'step 1'].flatMap((what) => [what, `${what}, waited for`, `second ${what}`]),
    );
    const log = await readLog(join(stopped.output, 'log.jsonl'));
    expect(log.at(-1)).toMatchObject({ event: 'end', step: 2, reason: 'stopped' });
    const resumed = await run('callbacks', { resume: true });
    expect(resumed).toMatchObject({ step: 6, finished: true });
    expect(weights(resumed)).toEqual(weights(await run('callbacks-straight')));
  });

  it('end the run with their error', async () => {
    const failing = async ({ event }: TrainEvent) => {
      if (event === 'step') throw new Error('disk of the writer is full');
    };
    await expect(run('failing', { callbacks: failing })).rejects.toThrow('the writer is full');
  });
});

describe('parts of one’s own', () => {
  it('augment changes each sample that is drawn, in place of those of the config', async () => {
    const amplification = { online: [{ name: 'flip' }] };
    let calls = 0;
    const same = await run('own-none', {
      augment: (sample) => {
        calls++;
        return sample;
      },
    });
    expect(calls).toBe(12);
    const own = await run('own-same', { augment: (sample) => sample }, { amplification });
    expect(weights(own)).toEqual(weights(same));
    const flipped = await run('own-flip', {}, { amplification });
    expect(weights(flipped)).not.toEqual(weights(same));
    // What makes one is taken as well.
    let made = 0;
    const spec = {
      create: () => {
        made++;
        return <One>(sample: One) => sample;
      },
    };
    expect(weights(await run('own-spec', { augment: spec }))).toEqual(weights(same));
    expect(made).toBe(1);
  });

  it('accumulation draws as many batches as make a step together', async () => {
    let calls = 0;
    const augment = <Drawn>(sample: Drawn) => {
      calls++;
      return sample;
    };
    await run('accumulate', { augment }, { training: { accumulate: 3 } });
    expect(calls).toBe(6 * 3 * 2);
  });

  it('select takes a name, or a function of a case whose mean is the score', async () => {
    const ids: string[] = [];
    const own = await run('select', {
      select: ({ id, runs }) => {
        ids.push(id);
        expect(runs[0]!.prediction.shape).toEqual([6, 24, 20]);
        return 0.25;
      },
    });
    expect(own).toMatchObject({ bestStep: 3, bestScore: 0.25 });
    expect(ids).toEqual(['c', 'c']);
    const log = await readLog(
      join((await run('named', { select: 'lesion-f1' })).output, 'log.jsonl'),
    );
    const metrics = log.flatMap((event) => (event.event === 'validation' ? [event.metric] : []));
    expect(metrics).toEqual(['lesion-f1', 'lesion-f1']);
  });

  it('a sampler, a loss and a schedule are taken by name with options, as in a config', async () => {
    const sampler = { name: 'sizes', exponent: 2 } as const;
    const loss = [{ name: 'focal' }, { name: 'dice', weight: 2 }] as const;
    const code = await run('code', { sampler, loss });
    const config = await run('config', {}, { training: { sampler, loss } });
    expect(weights(code)).toEqual(weights(config));
    expect(weights(code)).not.toEqual(weights(await run('neither')));
  });

  it('an own loss with maps of the truth is given them', async () => {
    let maps = 0;
    const { output } = await run('maps', {
      loss: {
        maps: ({ labels, count, height, width, classes }) => {
          maps++;
          return { own: { data: labels, shape: [count, height, width, classes] } };
        },
        value: (_labels, logits, { own }) => tf.mean(tf.square(tf.sub(logits, own!))) as tf.Scalar,
      },
    });
    expect(maps).toBe(6);
    expect(output).toContain('maps');
  });
});

it('the log says which lesions each step saw, and how often those of each size were seen in all', async () => {
  const straight = await run('seen', { sampler: 'lesions' });
  await run('seen-2', {
    sampler: 'lesions',
    callbacks: ({ event, step }, { stop }) => void (event === 'step' && step === 4 && stop()),
  });
  const resumed = await run('seen-2', { sampler: 'lesions', resume: true });
  for (const { output } of [straight, resumed]) {
    const log = await readLog(join(output, 'log.jsonl'));
    // Two cases with a lesion of 3×3 pixels in two slices.
    expect(log[0]).toMatchObject({ lesions: [{ from: 8, to: 15, count: 4 }] });
    const seen = log.flatMap((event) => (event.event === 'step' ? event.lesions! : []));
    // Of twelve samples seven in ten are drawn around a lesion.
    expect(seen.length).toBeGreaterThan(4);
    expect(new Set(seen)).toEqual(new Set([9]));
    const counts = [{ from: 8, to: 15, count: seen.length }];
    expect(log.at(-1)).toMatchObject({ event: 'end', seen: counts });
  }
  expect(weights(resumed)).toEqual(weights(straight));
});

describe('a source', () => {
  const ids = ['a', 'b', 'c', 'd'];
  const inMemory = async (): Promise<SourceCase[]> =>
    Promise.all(
      ids.map(async (id) => ({
        id,
        image: await readVolume(join(data, 'images', `${id}.nii.gz`)),
        mask: await readVolume(join(data, 'masks', `${id}.nii.gz`)),
      })),
    );
  const fromCode = { data: { cases: 'source', split: { validation: ['c'], test: ['d'] } } };

  it('of volumes in memory, or one after the other, trains as files do', async () => {
    const files = await run('files');
    const source = await inMemory();
    expect(weights(await run('memory', { source }, fromCode))).toEqual(weights(files));
    async function* later() {
      for (const one of source) {
        await Promise.resolve();
        yield one;
      }
    }
    expect(weights(await run('later', { source: later() }, fromCode))).toEqual(weights(files));
  });

  it('is held against the one that the run began with, when it is gone on with', async () => {
    const source = await inMemory();
    const stop: TrainOptions = {
      source,
      callbacks: ({ event, step }, control) => {
        if (event === 'step' && step === 3) control.stop();
      },
    };
    await run('source', stop, fromCode);
    const changed = source.map((one) =>
      one.id === 'a' ? { ...one, image: source[1]!.image } : one,
    );
    await expect(run('source', { source: changed, resume: true }, fromCode)).rejects.toThrow(
      "the image of case 'a' has another content",
    );
    const resumed = await run('source', { source, resume: true }, fromCode);
    expect(weights(resumed)).toEqual(weights(await run('source-2', { source }, fromCode)));
    await expect(evaluateRun(resumed.output, 'test')).rejects.toThrow('were given in code');
  });

  it('is asked for where the config leaves the cases to it; its ids are unique, its masks are labels', async () => {
    await expect(run('none', {}, fromCode)).rejects.toThrow(
      'data.cases: says that the cases are given in code, and none are',
    );
    const source = await inMemory();
    const twice = run('twice', { source: [...source, source[0]!] }, fromCode);
    await expect(twice).rejects.toThrow("source: ids must be unique, 'a' occurs twice");
    const soft = source.map((one) => ({ ...one, mask: one.image as Volume }));
    await expect(run('soft', { source: soft }, fromCode)).rejects.toThrow('label');
  });
});
