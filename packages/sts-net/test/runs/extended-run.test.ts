import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { validateConfig } from '../../src/config/validate-config.ts';
import { readLog } from '../../src/loggers/run-log.ts';
import { train } from '../../src/runs/train.ts';
import type { TrainOptions, TrainResult } from '../../src/runs/train-options.ts';
import { readSafetensors, readSafetensorsFile } from '../../src/weights/weight-files.ts';
import { configFor, makeData } from '../make-data.ts';
import { tinyModel } from '../tiny-model.ts';

let data: string;
beforeAll(async () => {
  await useBackend('wasm');
  data = await makeData();
});

const base = configFor()['training'] as Record<string, unknown>;

/** A training with a constant rate that remembers all it can, with some of its fields changed. */
async function go(
  output: string,
  changes: Record<string, unknown>,
  options: TrainOptions = {},
): Promise<TrainResult> {
  const model = tinyModel();
  const training = {
    ...base,
    schedule: { name: 'constant', warmup: { steps: 2 } },
    average: { decay: 0.6 },
    accumulate: 2,
    validation: { every: 2 },
    ...changes,
  };
  try {
    const config = validateConfig(configFor({ output, training }));
    return await train(config, { baseFolder: data, model, ...options });
  } finally {
    model.dispose();
  }
}

async function outcome({ output }: TrainResult) {
  const log = await readLog(join(output, 'log.jsonl'));
  const last = readSafetensorsFile(join(output, 'last.safetensors'));
  return {
    steps: log.filter(({ event }) => event === 'step').map((one) => ({ ...one, time: null })),
    last: last.tensors,
    progress: last.metadata['progress'],
    best: readSafetensors(join(output, 'best.safetensors')),
  };
}

async function warnings({ output }: TrainResult): Promise<readonly string[]> {
  const log = await readLog(join(output, 'log.jsonl'));
  return log.flatMap((one) => (one.event === 'warning' ? [one.message] : []));
}

describe('a finished run that has become longer', () => {
  it.each([
    [{ steps: 4 }, { steps: 8 }],
    [
      { steps: undefined, epochs: 1 },
      { steps: undefined, epochs: 2 },
    ],
    [{ steps: 4 }, { steps: undefined, epochs: 2 }],
  ])('from %j to %j ends in the same bits as one that was so from its start', async (few, many) => {
    const name = `${JSON.stringify([few, many]).replaceAll(/\W/g, '')}`;
    const straight = await go(`straight-${name}`, many);
    const short = await go(`extended-${name}`, few);
    expect(short.finished).toBe(true);
    const extended = await go(`extended-${name}`, many, { resume: true });
    expect(extended).toMatchObject({ step: straight.step, finished: true });
    expect(extended.step).toBeGreaterThan(short.step);
    expect(await outcome(extended)).toEqual(await outcome(straight));
    expect(await warnings(extended)).toEqual([]);
    const written = JSON.parse(readFileSync(join(extended.output, 'config.json'), 'utf8'));
    expect(written.training.steps).toBe(many.steps);
  });

  it('has the weights of one that was so from its start also where its end was no time to validate or save', async () => {
    const changes = { validation: { every: 3 }, saveEvery: 3 };
    const straight = await outcome(await go('straight-off', { ...changes, steps: 8 }));
    await go('extended-off', { ...changes, steps: 4 });
    const run = await go('extended-off', { ...changes, steps: 8 }, { resume: true });
    const extended = await outcome(run);
    expect(extended.last).toEqual(straight.last);
    expect(extended.steps).toEqual(straight.steps);
    const log = await readLog(join(run.output, 'log.jsonl'));
    const validated = log.flatMap(({ event, step }) => (event === 'validation' ? [step] : []));
    expect(validated).toEqual([3, 4, 6, 8]);
  });

  it('stopped on its way and resumed is what it would have been', async () => {
    const straight = await outcome(await go('straight-stop', { steps: 8 }));
    await go('extended-stop', { steps: 4 });
    const controller = new AbortController();
    const stopped = await go(
      'extended-stop',
      { steps: 8 },
      {
        resume: true,
        signal: controller.signal,
        callbacks: ({ event, step }) => {
          if (event === 'step' && step === 5) controller.abort();
        },
      },
    );
    expect(stopped).toMatchObject({ step: 5, finished: false });
    const run = await go('extended-stop', { steps: 8 }, { resume: true });
    expect(await outcome(run)).toEqual(straight);
  });

  it.each(['cosine', 'polynomial', 'one-cycle'])(
    'goes on with the schedule %s, which depends on the length, and says so once',
    async (name) => {
      const schedule = { name, ...(name !== 'one-cycle' && { per: 'step' }) };
      await go(`schedule-${name}`, { steps: 4, schedule });
      const run = await go(`schedule-${name}`, { steps: 8, schedule }, { resume: true });
      expect(run).toMatchObject({ step: 8, finished: true });
      const said = [
        expect.stringMatching(
          /^the training is 8 steps long, and was 4: its schedule depends on the length, so the 4 steps that are done had other learning rates/,
        ),
      ];
      expect(await warnings(run)).toEqual(said);
      await go(`schedule-${name}`, { steps: 8, schedule }, { resume: true });
      expect(await warnings(run)).toEqual(said);
    },
  );

  it('says nothing of a schedule in code that does not look at the length', async () => {
    const own = { schedule: (step: number) => 1e-3 / (step + 1) };
    await go('own-schedule', { steps: 4 }, own);
    const run = await go('own-schedule', { steps: 6 }, { ...own, resume: true });
    expect(await warnings(run)).toEqual([]);
    const spec = {
      schedule: {
        create:
          (_: number, { steps }: { steps: number }) =>
          () =>
            1e-3 / steps,
      },
    };
    await go('own-spec', { steps: 4 }, spec);
    const other = await go('own-spec', { steps: 6 }, { ...spec, resume: true });
    expect(await warnings(other)).toHaveLength(1);
  });
});

it('a run that stopped early goes on with more patience; where it is only longer, it says what is missing', async () => {
  // A score that never gets better than at first.
  const select = { create: () => ({ add: () => {}, result: () => 0.5 }) };
  const validation = { every: 1, patience: 2 };
  expect(await go('early', { steps: 6, validation }, { select })).toMatchObject({ step: 3 });
  const longer = await go('early', { steps: 8, validation }, { select, resume: true });
  expect(longer).toMatchObject({ step: 3, finished: true });
  expect(await warnings(longer)).toEqual([
    expect.stringMatching(/stopped early, after 2 validations .*`training.validation.patience`$/),
  ]);
  const patient = { steps: 8, validation: { every: 1, patience: 4 } };
  expect(await go('early', patient, { select, resume: true })).toMatchObject({ step: 5 });
});

describe('a run that has become shorter', () => {
  it('ends there, if it has not come so far', async () => {
    const controller = new AbortController();
    const callbacks = ({ event, step }: { event: string; step: number }) => {
      if (event === 'step' && step === 2) controller.abort();
    };
    await go('shorter', { steps: 8 }, { signal: controller.signal, callbacks });
    const run = await go('shorter', { steps: 4 }, { resume: true });
    expect(run).toMatchObject({ step: 4, finished: true });
    const straight = await go('shorter-straight', { steps: 4 });
    expect(await outcome(run)).toEqual(await outcome(straight));
  });

  it.each<[{ steps: number | undefined; epochs?: number; batchSize?: number }, RegExp]>([
    [{ steps: 2 }, /`training.steps` must reach the 4 steps that are done, got 2; raise it/],
    [
      { steps: undefined, epochs: 1, batchSize: 2 },
      /`training.epochs` must reach the 8 steps that are done, got 1 \(\d steps\)/,
    ],
  ])(
    'is refused with %j where more steps are done, and stays as it is',
    async (changes, message) => {
      const output = `refused-${changes.epochs}`;
      await go(output, { steps: changes.epochs === undefined ? 4 : 8 });
      const files = ['last.safetensors', 'config.json', 'log.jsonl'];
      const read = () => files.map((name) => readFileSync(join(data, output, name)));
      const before = read();
      await expect(go(output, changes, { resume: true })).rejects.toThrow(message);
      expect(read()).toEqual(before);
    },
  );
});

it.each([
  [{ batchSize: 1 }, 'training.batchSize'],
  [{ validation: { every: 3 } }, 'training.validation.every'],
  [{ average: { decay: 0.5 } }, 'training.average.decay'],
  [{ pretrained: { path: 'elsewhere' } }, 'training.pretrained'],
])('what decides a run’s numbers may not change: %j', async (changes, field) => {
  await go(`fixed-${field}`, { steps: 3 });
  const other = go(`fixed-${field}`, { steps: 4, ...changes }, { resume: true });
  await expect(other).rejects.toThrow(`\`${field}\` differs from the run's config`);
});
