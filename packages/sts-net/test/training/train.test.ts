import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors } from '../../src/checkpoint/read-safetensors.ts';
import { validateConfig } from '../../src/config/validate-config.ts';
import { readLog } from '../../src/training/run-log.ts';
import { type TrainOptions, type TrainResult, train } from '../../src/training/train.ts';
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
