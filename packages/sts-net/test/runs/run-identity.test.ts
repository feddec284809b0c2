import { copyFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { temporaryFolder } from '@sts-net/testing';
import { mul, serialization, type Tensor } from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { validateConfig } from '../../src/config/validate-config.ts';
import { evaluateRun } from '../../src/evaluation/evaluate-run.ts';
import { readLog } from '../../src/loggers/run-log.ts';
import { loadModel } from '../../src/runs/load-model.ts';
import { train } from '../../src/runs/train.ts';
import type { TrainOptions, TrainResult } from '../../src/runs/train-options.ts';
import { readSafetensors } from '../../src/weights/weight-files.ts';
import { configFor, makeData } from '../make-data.ts';
import { tinyModel } from '../tiny-model.ts';

beforeAll(async () => {
  await useBackend('wasm');
});

let data: string;
beforeEach(async () => {
  data = await makeData();
});

const file = (kind: 'images' | 'masks', id: string) => join(data, kind, `${id}.nii.gz`);

/** Three of six steps, then what a resumption of the run gives. */
async function stopped(changes: Record<string, unknown> = {}, network = tinyModel()) {
  const config = validateConfig(configFor(changes));
  const controller = new AbortController();
  const go = (options: TrainOptions) =>
    train(config, { baseFolder: data, model: network, ...options });
  await go({
    signal: controller.signal,
    callbacks: ({ event, step }) => {
      if (event === 'step' && step === 4) controller.abort();
    },
  });
  return (options: TrainOptions = {}): Promise<TrainResult> => go({ resume: true, ...options });
}

describe('resuming with other data is refused, naming what changed', () => {
  it('cases that moved between splits, worst first', async () => {
    await stopped();
    both((kind) => copyFileSync(file(kind, 'a'), file(kind, 'e')));
    const base = configFor()['data'] as object;
    const config = configFor({ data: { ...base, split: { validation: ['d'], test: ['c'] } } });
    const options = { baseFolder: data, model: tinyModel(), resume: true };
    await expect(train(validateConfig(config), options)).rejects.toThrow(
      /cannot resume '.*run': its data are not what they were: case 'c' went from validation to test; case 'd' went from test to validation; and 1 more; .*`acceptData`/,
    );
  });

  it.each([
    [
      'an added case',
      () => both((kind) => copyFileSync(file(kind, 'a'), file(kind, 'e'))),
      "case 'e' (training) is new",
    ],
    [
      'a removed case',
      () => both((kind) => rmSync(file(kind, 'b'))),
      "case 'b' (training) is gone",
    ],
    [
      'a renamed case',
      () => both((kind) => renameSync(file(kind, 'b'), file(kind, 'x'))),
      "case 'b' (training) is gone; case 'x' (training) is new",
    ],
    [
      'a replaced image',
      () => copyFileSync(file('images', 'a'), file('images', 'd')),
      "the image of case 'd' has another content",
    ],
    [
      'a replaced mask',
      () => copyFileSync(file('masks', 'a'), file('masks', 'c')),
      "the mask of case 'c' has another content",
    ],
    [
      'no record',
      () => rmSync(join(data, 'run', 'data.json')),
      "data.json', which says what they were, is missing",
    ],
    [
      'a damaged record',
      () => writeFileSync(join(data, 'run', 'data.json'), '{'),
      "data.json' must be the list of a run's cases, but is damaged",
    ],
  ])('%s', async (_, change, message) => {
    const resume = await stopped();
    change();
    const before = readFileSync(join(data, 'run', 'last.safetensors'));
    await expect(resume()).rejects.toThrow(message);
    expect(readFileSync(join(data, 'run', 'last.safetensors')).equals(before)).toBe(true);
  });

  function both(change: (kind: 'images' | 'masks') => void): void {
    for (const kind of ['images', 'masks'] as const) change(kind);
  }
});

describe('resuming goes on', () => {
  it('with other data that were accepted, said in the log; the best score of other validation cases counts no more', async () => {
    const resume = await stopped();
    copyFileSync(file('masks', 'a'), file('masks', 'c'));
    const { output, bestStep } = await resume({ acceptData: true });
    const events = await readLog(join(output, 'log.jsonl'));
    expect(events).toContainEqual(
      expect.objectContaining({
        event: 'warning',
        message: "the run goes on with other data: the mask of case 'c' has another content",
      }),
    );
    expect(bestStep).toBe(6);
    // Accepted once, they are the run's.
    await resume();
  });

  it('where the same files lie in another place', async () => {
    const resume = await stopped();
    const moved = join(temporaryFolder(), 'moved');
    renameSync(data, moved);
    expect(await resume({ baseFolder: moved })).toMatchObject({ step: 6, finished: true });
  });

  it('from the checkpoint before, if the last is empty, torn or has one bit changed', async () => {
    const straight = await train(validateConfig(configFor({ output: 'straight' })), {
      baseFolder: data,
      model: tinyModel(),
    });
    const expected = readSafetensors(join(straight.output, 'last.safetensors'));
    const last = join(data, 'run', 'last.safetensors');
    for (const damage of damages) {
      rmSync(join(data, 'run'), { recursive: true, force: true });
      const resume = await stopped();
      writeFileSync(last, damage(readFileSync(last)));
      const said: string[] = [];
      const { step } = await resume({
        callbacks: (event) => void (event.event === 'warning' && said.push(event.message)),
      });
      expect(said).toEqual([
        expect.stringMatching(/last\.safetensors.*previous\.safetensors', is taken$/),
      ]);
      expect(step).toBe(6);
      expect(readSafetensors(last)).toEqual(expected);
    }
  });

  it('from none, if both are damaged', async () => {
    const resume = await stopped();
    for (const name of ['last', 'previous']) {
      writeFileSync(join(data, 'run', `${name}.safetensors`), '');
    }
    await expect(resume()).rejects.toThrow('last.safetensors');
  });
});

const flip = (at: (length: number) => number) => (bytes: Buffer) => {
  const copy = Buffer.from(bytes);
  copy[at(copy.length)]! ^= 4;
  return copy;
};
const damages: ((bytes: Buffer) => Buffer)[] = [
  () => Buffer.alloc(0),
  (bytes) => bytes.subarray(0, bytes.length - 4),
  (bytes) => bytes.subarray(0, 5),
  flip((length) => length - 1),
  flip((length) => Math.floor(length / 2)),
  flip(() => 9),
  flip(() => 0),
];

it('any one bit that changed in a file of weights is noticed', async () => {
  await stopped();
  const path = join(data, 'run', 'best.safetensors');
  const bytes = readFileSync(path);
  for (let at = 0; at < bytes.length; at += 7) {
    writeFileSync(path, flip(() => at)(bytes));
    await expect(loadModel(path), `byte ${at}`).rejects.toThrow('best.safetensors');
  }
});

it('two trainings in one folder: the second is refused and changes nothing', async () => {
  const config = validateConfig(configFor());
  const networks = [tinyModel(), tinyModel()];
  let refused: unknown;
  let called = false;
  await train(config, {
    baseFolder: data,
    model: networks[0]!,
    callbacks: ({ event }) => {
      if (event !== 'start') return;
      called = true;
      const second = { baseFolder: data, model: networks[1]!, resume: true };
      refused = train(config, second).catch((error) => error);
    },
  });
  expect(called).toBe(true);
  expect(String(await refused)).toContain(`in use by process ${process.pid}`);
});

it('a file of weights holds no case, no group, no path', async () => {
  await stopped();
  const folder = basename(data);
  for (const name of ['best.safetensors']) {
    const text = readFileSync(join(data, 'run', name), 'latin1');
    for (const secret of [data, folder, 'images/', 'nii.gz', '"cases"', '"split"', '"training"']) {
      expect(text, secret).not.toContain(secret);
    }
  }
});

describe('evaluateRun', () => {
  it('scores the cases that the run kept apart, whatever came since, and says where they changed', async () => {
    const base = configFor()['data'] as object;
    const split = { validation: 0.25, test: 0.25 };
    await stopped({ data: { ...base, split } });
    const { cases: before } = await evaluateRun(join(data, 'run'), 'test');
    for (const id of ['e', 'f', 'g', 'h']) {
      for (const kind of ['images', 'masks'] as const)
        copyFileSync(file(kind, 'a'), file(kind, id));
    }
    const after = await evaluateRun(join(data, 'run'), 'test');
    expect(after.cases).toEqual(before);
    const { id } = before[0]!;
    copyFileSync(file('masks', id === 'a' ? 'b' : 'a'), file('masks', id));
    await expect(evaluateRun(join(data, 'run'), 'test')).rejects.toThrow(
      `its data are not what they were: the mask of case '${id}' has another content; restore them`,
    );
    const accepted = await evaluateRun(join(data, 'run'), 'test', { acceptData: true });
    expect(accepted.cases).not.toEqual(before);
  });
});

/** A layer that TensorFlow.js does not know by name until it is registered. */
class Halved extends layers.Layer {
  static className = 'Halved';
  override call(inputs: Tensor | Tensor[]): Tensor {
    return mul([inputs].flat()[0]!, 0.5);
  }
}

function ownNetwork(): LayersModel {
  const image = input({ shape: [null, null, 3] });
  const features = layers.conv2d({ filters: 2, kernelSize: 3, padding: 'same', name: 'own' });
  const logits = new Halved({ name: 'halved' }).apply(features.apply(image)) as SymbolicTensor;
  return model({ inputs: image, outputs: logits });
}

it('a network of one’s own says which of its layers is not known', async () => {
  await stopped({}, ownNetwork());
  const run = join(data, 'run');
  await expect(loadModel(run)).rejects.toThrow(
    /best.safetensors' holds a network of one's own with a layer 'Halved', which is not registered; register its class .* or hand the network in/,
  );
  (await loadModel(run, { model: ownNetwork() })).model.dispose();
  serialization.registerClass(Halved);
  (await loadModel(run)).model.dispose();
});
