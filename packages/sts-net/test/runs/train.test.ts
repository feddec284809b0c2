import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { useBackend } from '@sts-net/backend';
import { expectNoNewTensors } from '@sts-net/testing';
import type { Progress } from '@sts-net/training';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { validateConfig } from '../../src/config/validate-config.ts';
import { readLog, type TrainEvent } from '../../src/loggers/run-log.ts';
import { train } from '../../src/runs/train.ts';
import type { TrainOptions, TrainResult } from '../../src/runs/train-options.ts';
import { readSafetensors, readSafetensorsFile } from '../../src/weights/weight-files.ts';
import { withFaultyDisk } from '../faulty-disk.ts';
import { configFor, makeData } from '../make-data.ts';
import { tinyModel } from '../tiny-model.ts';

let data: string;
beforeAll(async () => {
  await useBackend('wasm');
  data = await makeData();
});

async function trainTiny(
  output: string,
  options: TrainOptions = {},
  changes: Record<string, unknown> = {},
): Promise<TrainResult> {
  const model = tinyModel();
  const training = { ...(configFor()['training'] as object), ...changes };
  try {
    return await train(validateConfig(configFor({ output, training })), {
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
function stopAfter(step: number): Pick<TrainOptions, 'signal' | 'callbacks'> {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    callbacks: (event) => {
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

  it('stopped in the midst of a validation and resumed equals one that was not, bit by bit', async () => {
    const straight = await trainTiny('whole-validation');
    const controller = new AbortController();
    const stopped = await trainTiny(
      'left-validation',
      {
        signal: controller.signal,
        callbacks: ({ event, step }) => {
          // Between the slices of the validation that follows.
          if (event === 'step' && step === 3) setImmediate(() => controller.abort());
        },
      },
      {},
    );
    expect(stopped).toMatchObject({ step: 3, finished: false, bestStep: null });
    const resumed = await trainTiny('left-validation', { resume: true });
    expect(await outcome(resumed)).toEqual(await outcome(straight));
  });

  // Everything that a training may remember: slots of each kind, an average, the best few, the count of
  // validations since the best, and parts of a batch.
  const everything = {
    accumulate: 2,
    average: { decay: 0.6 },
    clipNorm: 1,
    loss: [{ name: 'dice-cross-entropy' }, { name: 'blob', weight: 0.5 }, { name: 'boundary' }],
    schedule: { name: 'one-cycle', warmup: { steps: 2 } },
    validation: { every: 1, metric: 'case-dice', keep: 3, patience: 5 },
    saveEvery: 2,
  };
  const optimizers = [
    { name: 'adamw', decay: 'kernels', weightDecay: 0.1 },
    { name: 'adam', weightDecay: 0.1 },
    { name: 'sgd' },
  ];
  const runs = optimizers.flatMap((optimizer) => [1, 3].map((step) => [optimizer, step] as const));
  it.each(runs)(
    'with an average, parts, the best few and %j: stopped after step %i and resumed equals one that was not',
    async (optimizer, step) => {
      const changes = { ...everything, optimizer };
      const name = `${optimizer.name}-${step}`;
      const straight = await trainTiny(`all-${name}`, {}, changes);
      await trainTiny(`all-resumed-${name}`, stopAfter(step), changes);
      const resumed = await trainTiny(`all-resumed-${name}`, { resume: true }, changes);
      expect(await outcome(resumed)).toEqual(await outcome(straight));
      const kept = (run: TrainResult) =>
        readdirSync(run.output)
          .filter((file) => /^best-\d/.test(file))
          .map((file) => [file, readSafetensors(join(run.output, file))]);
      expect(kept(resumed)).toHaveLength(3);
      expect(kept(resumed)).toEqual(kept(straight));
      const { progress } = readSafetensorsFile(join(resumed.output, 'last.safetensors')).metadata;
      const { best } = JSON.parse(progress!) as Progress;
      expect(kept(resumed).map(([file]) => file)).toEqual(
        best.map((one) => `best-${one.step}.safetensors`).sort(),
      );
      const first = readSafetensors(join(resumed.output, `best-${best[0]!.step}.safetensors`));
      expect(readSafetensors(join(resumed.output, 'best.safetensors'))).toEqual(first);
    },
  );

  it('validates and keeps the average of the weights: with a decay of 0 it is the weights', async () => {
    const own = await outcome(await trainTiny('average-none'));
    const [same, slow] = [
      await outcome(await trainTiny('average-0', {}, { average: { decay: 0 } })),
      await outcome(await trainTiny('average-9', {}, { average: { decay: 0.9 } })),
    ];
    expect(same.best).toEqual(own.best);
    const weight = 'stem.conv/kernel';
    // The trajectory is that of a training without.
    expect(slow.last.get(weight)).toEqual(own.last.get(weight));
    expect(slow.last.get(`average/${weight}`)).toBeDefined();
    expect(slow.best.get(weight)).not.toEqual(own.best.get(weight));
  });

  it('without a validation split, too, it is the average that is kept', async () => {
    const { data: cases, training } = configFor() as Record<string, object>;
    const config = configFor({
      output: 'average-last',
      data: { ...cases, split: { test: ['d'] } },
      training: { ...training, average: { decay: 0.9 } },
    });
    const model = tinyModel();
    const { output } = await train(validateConfig(config), { baseFolder: data, model });
    model.dispose();
    const last = readSafetensors(join(output, 'last.safetensors'));
    const weight = 'stem.conv/kernel';
    const kept = readSafetensors(join(output, 'best.safetensors')).get(weight);
    expect(kept).toEqual(last.get(`average/${weight}`));
    expect(kept).not.toEqual(last.get(weight));
  });

  it('stops early, and says so; going on changes nothing', async () => {
    const changes = { steps: 40, validation: { every: 1, patience: 2 } };
    // A score that never gets better than at first.
    const select = { create: () => ({ add: () => {}, result: () => 0.5 }) };
    const result = await trainTiny('early', { select }, changes);
    expect(result).toMatchObject({ step: 3, finished: true, bestStep: 1, bestScore: 0.5 });
    const log = () => readLog(join(result.output, 'log.jsonl'));
    expect((await log()).at(-1)).toMatchObject({ event: 'end', step: 3, reason: 'stopped early' });
    expect(await trainTiny('early', { select, resume: true }, changes)).toEqual(result);
  });

  it('keeps what was saved where a weight is no longer a number, and names it', async () => {
    // The loss is finite, its gradient is not.
    const loss = (_: tf.Tensor4D, logits: tf.Tensor4D) =>
      tf.sum(tf.sqrt(tf.mul(logits, 0))) as tf.Scalar;
    const controller = stopAfter(1);
    await trainTiny('infinite', { ...controller });
    const last = readFileSync(join(data, 'infinite', 'last.safetensors'));
    const failed = trainTiny('infinite', { loss, resume: true }, { saveEvery: 1 });
    await expect(failed).rejects.toThrow(/differs from the run's config/);
    const again = trainTiny('infinite', { ...stopAfter(2), loss, resume: true });
    await expect(again).rejects.toThrow(
      /last.safetensors' is not written, since '.*' has become infinite or NaN/,
    );
    expect(readFileSync(join(data, 'infinite', 'last.safetensors')).equals(last)).toBe(true);
  });

  it('a frozen encoder stays as it is, and so it does when the run is gone on with', async () => {
    const { training } = configFor() as Record<string, object>;
    const settings = { ...training, freeze: ['encoder'], patch: { size: 32 }, steps: 2 };
    const config = validateConfig(configFor({ output: 'frozen', training: settings }));
    await train(config, { baseFolder: data, ...stopAfter(1) });
    const first = readSafetensors(join(data, 'frozen', 'last.safetensors'));
    const { output } = await train(config, { baseFolder: data, resume: true });
    const last = readSafetensors(join(output, 'last.safetensors'));
    const changed = [...first.keys()].filter(
      (name) =>
        !name.startsWith('optimizer/') && !isDeepStrictEqual(last.get(name), first.get(name)),
    );
    expect(changed.filter((name) => name.startsWith('encoder.'))).toEqual([]);
    expect(changed.length).toBeGreaterThan(20);
  });

  it('killed between two checkpoints and resumed equals one that was not', async () => {
    const straight = await trainTiny('straight');
    const killed = trainTiny('killed', {
      callbacks: (event) => {
        if (event.event === 'step' && event.step === 5) throw new Error('killed');
      },
    });
    await expect(killed).rejects.toThrow('killed');
    const log = join(data, 'killed', 'log.jsonl');
    expect((await readLog(log)).at(-1)).toMatchObject({ event: 'step', step: 5 });
    appendFileSync(log, '{"event":"step","st');
    writeFileSync(
      join(data, 'killed', '.last.safetensors.0f8fad5b-d9cb-469f-a165-70867728950e.tmp'),
      'half',
    );
    const resumed = await trainTiny('killed', { resume: true });
    expect(readdirSync(resumed.output)).toHaveLength(6);
    expect(await outcome(resumed)).toEqual(await outcome(straight));
  });

  it('stopped by a full disk keeps the last checkpoint, and resumed equals one that was not', async () => {
    const straight = await trainTiny('straight-2');
    const size = readFileSync(join(straight.output, 'last.safetensors')).length;
    const full = withFaultyDisk({ bytes: Math.floor(2.8 * size) }, () => trainTiny('full'));
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
      /the loss became (NaN|Infinity) at step \d, on the samples [ab]\S*, [ab]\S* and with the learning rate \S+; lower it|is not written, since '.*' has become infinite or NaN/,
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
    expect(JSON.parse(metadata['progress']!)).toMatchObject({ best: [{ step: best.step }] });
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
    const callbacks = (event: TrainEvent) => events.push(event);
    const { output, bestStep } = await train(config, { baseFolder: data, model, callbacks });
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
