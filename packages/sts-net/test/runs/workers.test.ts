import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { beforeAll, expect, it } from 'vitest';
import { validateConfig } from '../../src/config/validate-config.ts';
import { readLog } from '../../src/loggers/run-log.ts';
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

/** A training with everything that is drawn; what it leaves. */
async function run(output: string, workers: number, options: TrainOptions = {}) {
  const base = configFor();
  const config = configFor({
    output,
    amplification: {
      method: 1,
      online: [{ name: 'copy-paste' }, { name: 'affine' }, { name: 'intensity' }],
    },
    data: { ...(base['data'] as object), cache: 'cache', cacheMegabytes: 1e-6 },
    training: { ...(base['training'] as object), accumulate: 2, sampler: 'lesions', workers },
  });
  const model = tinyModel();
  const { step } = await train(validateConfig(config), { baseFolder: data, model, ...options });
  model.dispose();
  const log = await readLog(join(data, output, 'log.jsonl'));
  const numbers = log.filter(({ event }) => event === 'step' || event === 'validation');
  return {
    step,
    numbers: numbers.map((event) => ({ ...event, time: undefined })),
    last: readSafetensors(join(data, output, 'last.safetensors')),
    best: readSafetensors(join(data, output, 'best.safetensors')),
  };
}

it('a run is the same whatever makes its batches, and goes on with others, bit by bit', async () => {
  const straight = await run('none', 0);
  expect(straight.step).toBe(6);
  expect(await run('two', 2)).toEqual(straight);
  const controller = new AbortController();
  const stopped = await run('changing', 1, {
    signal: controller.signal,
    callbacks: ({ event, step }) => {
      if (event === 'step' && step === 4) controller.abort();
    },
  });
  expect(stopped.step).toBe(4);
  expect(await run('changing', 3, { resume: true })).toEqual(straight);
});

it('a run ends, and its threads with it, where a step fails', async () => {
  const failing = run('failing', 2, {
    loss: () => {
      throw new RangeError('no loss');
    },
  });
  await expect(failing).rejects.toThrow('no loss');
});
