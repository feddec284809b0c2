import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { expectNoNewTensors } from '@sts-net/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { validateConfig } from '../../src/config/validate-config.ts';
import { readLog, type TrainEvent } from '../../src/runs/run-log.ts';
import { type TrainOptions, type TrainResult, train } from '../../src/runs/train.ts';
import { readSafetensors, readSafetensorsFile } from '../../src/weights/weight-files.ts';
import { withFaultyDisk } from '../faulty-disk.ts';
import { configFor, makeData } from '../make-data.ts';
import { tinyModel } from '../tiny-model.ts';

let data: string;
beforeAll(async () => {
  await useBackend('wasm');
  data = await makeData();
});

async function trainTiny(output: string, options: TrainOptions = {}): Promise<TrainResult> {
  const model = tinyModel();
  try {
    return await train(validateConfig(configFor({ output })), {
      baseFolder: data,
      model,
      ...options,
    });
  } finally {
    model.dispose();
  }
}

/** Everything that a run leaves, with the times taken out. */
async function outcome({ output }: TrainResult) {
  const log = await readLog(join(output, 'log.jsonl'));
  const numbers = log.filter(({ event }) => event === 'step' || event === 'validation');
  return {
    numbers: numbers.map((event) => ({ ...event, time: undefined })),
    last: readSafetensors(join(output, 'last.safetensors')),
    best: readSafetensors(join(output, 'best.safetensors')),
  };
}

/** A signal that aborts when the given step is finished. */
function stopAfter(step: number): Pick<TrainOptions, 'signal' | 'onEvent'> {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    onEvent: (event) => {
      if (event.event === 'step' && event.step === step) controller.abort();
    },
  };
}

describe('train', () => {
  it.each([1, 3, 4])(
    'stopped after step %i and resumed equals one that was not, bit by bit',
    async (step) => {
      const straight = await trainTiny(`straight-${step}`);
      const stopped = await trainTiny(`resumed-${step}`, stopAfter(step));
      expect(stopped).toMatchObject({ step, finished: false });
      const resumed = await trainTiny(`resumed-${step}`, { resume: true });
      expect(resumed).toMatchObject({ step: 6, finished: true });
      expect(await outcome(resumed)).toEqual(await outcome(straight));
    },
  );

  it('killed between two checkpoints and resumed equals one that was not', async () => {
    const straight = await trainTiny('straight');
    const killed = trainTiny('killed', {
      onEvent: (event) => {
        if (event.event === 'step' && event.step === 5) throw new Error('killed');
      },
    });
    await expect(killed).rejects.toThrow('killed');
    const log = join(data, 'killed', 'log.jsonl');
    expect((await readLog(log)).at(-1)).toMatchObject({ event: 'step', step: 5 });
    appendFileSync(log, '{"event":"step","st');
    writeFileSync(join(data, 'killed', '.last.safetensors.123.tmp'), 'half');
    const resumed = await trainTiny('killed', { resume: true });
    expect(readdirSync(resumed.output)).toHaveLength(6);
    expect(await outcome(resumed)).toEqual(await outcome(straight));
  });

  it('stopped by a full disk keeps the last checkpoint, and resumed equals one that was not', async () => {
    const straight = await trainTiny('straight-2');
    const size = readFileSync(join(straight.output, 'last.safetensors')).length;
    const full = withFaultyDisk({ bytes: Math.floor(2.5 * size) }, () => trainTiny('full'));
    await expect(full).rejects.toThrow("last.safetensors': the disk is full");
    expect(readdirSync(join(data, 'full')).sort()).toEqual([
      'best.safetensors',
      'config.json',
      'data.json',
      'last.safetensors',
      'log.jsonl',
    ]);
    const { metadata } = readSafetensorsFile(join(data, 'full', 'last.safetensors'));
    expect(JSON.parse(metadata['progress']!)).toMatchObject({ step: 3 });
    expect(await outcome(await trainTiny('full', { resume: true }))).toEqual(
      await outcome(straight),
    );
  });

  it('stops with an error when the loss is no longer finite, and keeps the checkpoint', async () => {
    const model = tinyModel();
    const training = { ...(configFor()['training'] as object), optimizer: { learningRate: 1e38 } };
    const config = validateConfig(configFor({ output: 'diverged', training }));
    await expect(train(config, { baseFolder: data, model })).rejects.toThrow(
      /the loss became (NaN|Infinity) at step \d; lower `training.optimizer.learningRate`/,
    );
    model.dispose();
  });

  it('takes the best checkpoint where the validation score was best', async () => {
    const result = await trainTiny('best');
    const log = await readLog(join(result.output, 'log.jsonl'));
    const scores = log.flatMap((event) => (event.event === 'validation' ? [event] : []));
    expect(scores.map(({ step }) => step)).toEqual([3, 6]);
    const best = scores.reduce((a, b) => (b.score > a.score ? b : a));
    expect(result).toMatchObject({ bestStep: best.step, bestScore: best.score });
    const { metadata } = readSafetensorsFile(join(result.output, 'best.safetensors'));
    expect(JSON.parse(metadata['progress']!)).toMatchObject({ bestStep: best.step });
  });

  it('learns: a bright lesion is found in a case never trained on', async () => {
    const training = {
      ...(configFor()['training'] as object),
      steps: 60,
      optimizer: { learningRate: 0.02 },
      validation: { every: 60 },
    };
    const config = validateConfig(configFor({ output: 'learns', training }));
    const model = tinyModel();
    const { bestScore } = await train(config, { baseFolder: data, model });
    expect(bestScore).toBeGreaterThan(0.8);
    model.dispose();
  });

  it('trains on whole amplified slices by epochs, and without a validation split keeps the last weights', async () => {
    const { data: cases, training: patches } = configFor() as Record<string, object>;
    const { steps: _, ...rest } = patches as { steps: number };
    const config = validateConfig(
      configFor({
        output: 'epochs',
        data: { ...cases, split: { test: ['d'] } },
        amplification: { method: 4, threshold: 100 },
        training: { ...rest, patch: null, epochs: 2, batchSize: 4, schedule: { name: 'cosine' } },
      }),
    );
    const events: TrainEvent[] = [];
    const model = tinyModel();
    const onEvent = (event: TrainEvent) => events.push(event);
    const { output, bestStep } = await train(config, { baseFolder: data, model, onEvent });
    model.dispose();
    // Three cases of 6 slices, 2 of them with 9 lesion pixels, each of which gets 5 copies.
    expect(events[0]).toMatchObject({ slices: 18, samples: 48, steps: 24, stepsPerEpoch: 12 });
    const rates = events.flatMap((event) => (event.event === 'step' ? [event.learningRate] : []));
    expect(rates).toBeAllclose([
      ...new Array(12).fill(0.002),
      ...new Array(12).fill((0.002 + 1e-8) / 2),
    ]);
    expect(bestStep).toBeNull();
    const best = readSafetensors(join(output, 'best.safetensors'));
    const last = readSafetensors(join(output, 'last.safetensors'));
    expect(best.size).toBeGreaterThan(0);
    for (const [name, tensor] of best) expect(last.get(name)).toEqual(tensor);
  });

  it('leaves no tensors behind', async () => {
    let run = 0;
    await expectNoNewTensors(() => trainTiny(`leak-${run++}`));
  });

  it('repeats itself with the same seed and differs with another', async () => {
    const a = await outcome(await trainTiny('seed-a'));
    const b = await outcome(await trainTiny('seed-b'));
    expect(b).toEqual(a);
    const model = tinyModel();
    const config = validateConfig(configFor({ output: 'seed-c', seed: 8 }));
    const c = await outcome(await train(config, { baseFolder: data, model }));
    model.dispose();
    expect(c.numbers).not.toEqual(a.numbers);
  });

  it('leaves the config, from which the run can be repeated', async () => {
    const { output } = await trainTiny('config');
    const written = JSON.parse(readFileSync(join(output, 'config.json'), 'utf8'));
    expect(validateConfig(written)).toEqual(validateConfig(configFor({ output: 'config' })));
  });
});
