import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { beforeAll, describe, expect, it } from 'vitest';
import { validateConfig } from '../../src/config/validate-config.ts';
import { readLog } from '../../src/loggers/run-log.ts';
import { train } from '../../src/runs/train.ts';
import type { TrainOptions } from '../../src/runs/train-options.ts';
import { findData, prepareData } from '../../src/runs/training-data.ts';
import { readSafetensorsFile } from '../../src/weights/weight-files.ts';
import { configFor, makeData } from '../make-data.ts';
import { tinyModel } from '../tiny-model.ts';

let data: string;
beforeAll(async () => {
  await useBackend('wasm');
  data = await makeData();
});

function configOf(output: string, changes: Record<string, unknown> = {}) {
  const training = {
    ...(configFor()['training'] as object),
    steps: 16,
    batchSize: 4,
    patch: { size: 16, lesionShare: 0.25 },
    sampler: { name: 'hard-negatives', share: 0.8, slices: 5 },
    average: { decay: 0.5 },
    validation: { every: 4 },
    saveEvery: 2,
    ...changes,
  };
  const amplification = { online: [{ name: 'flip' }] };
  return validateConfig(configFor({ output, training, amplification }));
}

async function run(output: string, options: TrainOptions = {}, changes = {}) {
  const model = tinyModel();
  try {
    return await train(configOf(output, changes), { baseFolder: data, model, ...options });
  } finally {
    model.dispose();
  }
}

/** Weights, optimiser, average, what is known of false alarms, and the log without its times. */
async function outcome({ output }: { readonly output: string }) {
  const path = join(output, 'last.safetensors');
  const log = await readLog(join(output, 'log.jsonl'));
  const lasting = log.filter(({ event }) => event !== 'start' && event !== 'end');
  return {
    tensors: readSafetensorsFile(path).tensors,
    falseAlarms: metadataOf(path)['falseAlarms'],
    log: lasting.map((event) => ({ ...event, time: undefined })),
    end: { ...log.at(-1), time: undefined },
  };
}

const metadataOf = (path: string) => readSafetensorsFile(path).metadata;

describe('a run that draws hard negatives', () => {
  it('looks at training slices in turn at each validation, and says what it found and drew', async () => {
    const whole = await outcome(await run('said'));
    const looks = whole.log.filter(({ event }) => event === 'look');
    expect(looks.map(({ step }) => step)).toEqual([4, 8, 12, 16]);
    expect(looks.every((look) => 'slices' in look && look.slices === 5)).toBe(true);
    const drawn = whole.log.flatMap((one) => (one.event === 'step' ? [one.hardNegatives!] : []));
    expect(drawn.slice(0, 4)).toEqual([0, 0, 0, 0]);
    const all = drawn.reduce((a, b) => a + b);
    expect(all).toBeGreaterThan(10);
    expect(whole.end).toMatchObject({ reason: 'finished', hardNegatives: all });
    // What is known stays with what the run goes on from: weights tell nothing of cases.
    expect(JSON.parse(whole.falseAlarms!)).toMatchObject({ step: 16, slices: 12, next: 8 });
    expect(Object.keys(metadataOf(join(data, 'said/best.safetensors')))).not.toContain(
      'falseAlarms',
    );
  });

  it('ends in the same bits when it was stopped, before a look, in the midst of one, and after', async () => {
    const straight = await outcome(await run('straight'));
    for (const [event, step] of [
      ['step', 3],
      ['step', 8],
      ['look', 8],
      ['validation', 12],
    ] as const) {
      const output = `stopped-${event}-${step}`;
      const stop = new AbortController();
      const stopped = await run(output, {
        signal: stop.signal,
        callbacks: (one) => {
          if (one.event === event && one.step === step) stop.abort();
        },
      });
      expect(stopped).toMatchObject({ step, finished: false });
      expect(await outcome(await run(output, { resume: true })), output).toEqual(straight);
    }
  });

  it('ends in the same bits when it was made longer', async () => {
    const schedule = { name: 'constant' };
    const straight = await outcome(await run('long', {}, { schedule }));
    await run('extended', {}, { schedule, steps: 10 });
    const extended = await outcome(await run('extended', { resume: true }, { schedule }));
    expect(extended.tensors).toEqual(straight.tensors);
    expect(extended.falseAlarms).toEqual(straight.falseAlarms);
  });

  it('does without a validation split', async () => {
    const config = configOf('alone');
    const model = tinyModel();
    const { validation: _, ...split } = config.data.split;
    const alone = { ...config, data: { ...config.data, split: { ...split, validation: [] } } };
    const { output } = await train(alone, { baseFolder: data, model });
    const log = await readLog(join(output, 'log.jsonl'));
    expect(log.filter(({ event }) => event === 'look').map(({ step }) => step)).toEqual([
      4, 8, 12, 16,
    ]);
    model.dispose();
  });

  it('never looks at a case that is held out', async () => {
    const config = configOf('x');
    const found = await findData(config, data);
    const { falseAlarms } = await prepareData(config, found);
    expect(new Set(falseAlarms!.slices.map(({ one }) => one.id))).toEqual(new Set(['a', 'b']));
  });
});
