import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { isVolume, predictVolume } from '@sts-net/inference';
import { predictorOf } from '@sts-net/model';
import { readVolume } from '@sts-net/volume-io';
import { openSegmenter } from '@sts-net/web';
import {
  type PageCase,
  removeTraining,
  type TrainingEvent,
  trainInWorker,
} from '@sts-net/web/training';
import { beforeAll, expect, test } from 'vitest';
import { validateConfig } from '../../src/config/validate-config.ts';
import { readLog, type TrainEvent } from '../../src/loggers/run-log.ts';
import { loadModel } from '../../src/runs/load-model.ts';
import { train } from '../../src/runs/train.ts';
import { configFor, makeData } from '../make-data.ts';

const ids = ['a', 'b', 'c', 'd'];
let data: string;
let inNode: readonly unknown[];

/** The parts of a config that both know, with more of training than a plain run has. */
const shared = {
  seed: 7,
  model: { network: { name: 'nnunet-2d', plan: { features: [4, 8] } } },
  preprocessing: { size: 32 },
  amplification: { method: 1, online: [{ name: 'flip', probability: 0.5 }] },
  training: {
    ...(configFor()['training'] as object),
    sampler: 'hard-negatives',
    accumulate: 2,
    clipNorm: 1,
    average: { decay: 0.5 },
  },
};
const split = { validation: ['c'], test: ['d'] };

/** The losses, rates, looks and scores that a training told. */
const numbers = (events: readonly (TrainEvent | TrainingEvent)[]) =>
  events
    .filter(({ event }) => event === 'step' || event === 'validation' || event === 'look')
    .map((event) => ({ ...event, time: undefined }));

const pathsOf = (id: string) =>
  (['images', 'masks'] as const).map((kind) => join(data, kind, `${id}.nii.gz`)) as [
    string,
    string,
  ];

beforeAll(async () => {
  await useBackend('wasm');
  data = await makeData(ids);
  const config = { ...configFor(shared), data: { ...(configFor()['data'] as object), split } };
  await train(validateConfig(config), { baseFolder: data });
  inNode = numbers(await readLog(join(data, 'run/log.jsonl')));
});

test.each(['files', 'volumes'])(
  'a page has the numbers of `train` in every bit, its cases given as %s, and the same model',
  async (kind) => {
    const cases: PageCase[] = [];
    for (const id of ids) {
      const [image, mask] = pathsOf(id);
      cases.push(
        kind === 'files'
          ? { id, image: new File([readFileSync(image)], 'x.nii.gz'), mask: readFileSync(mask) }
          : { id, image: await readVolume(image), mask: await readVolume(mask) },
      );
    }
    const events: TrainingEvent[] = [];
    const { model, step, finished, bestStep } = await trainInWorker({
      cases,
      config: { ...shared, data: { split } } as never,
      run: `equal-${kind}`,
      engine: 'wasm',
      onEvent: (event) => events.push(event),
    });
    expect(numbers(events)).toEqual(inNode);
    expect(inNode.length).toBeGreaterThan(6);
    expect({ step, finished }).toEqual({ step: 6, finished: true });

    const loaded = await loadModel(join(data, 'run'));
    const image = await readVolume(pathsOf('d')[0]);
    const { preprocessing } = loaded;
    const expected = await predictVolume(predictorOf(loaded.model), image, { preprocessing });
    const segmenter = await openSegmenter({ model: model!, engine: 'wasm' });
    const found = await segmenter.segment(image);
    expect(isVolume(found.labels)).toBe(true);
    expect(found.probabilities[1]!.voxels.data).toEqual(expected.probabilities().voxels.data);
    expect(bestStep).not.toBe(null);
    segmenter.close();
    loaded.model.dispose();
    await removeTraining(`equal-${kind}`);
  },
);

test('of named channels a page takes those that the config names, as `train` does', async () => {
  const cases = await Promise.all(
    ids.map(async (id, k) => {
      const [image, mask] = await Promise.all(pathsOf(id).map((path) => readVolume(path)));
      const [other] = await Promise.all(pathsOf(ids[(k + 1) % 4]!).map((path) => readVolume(path)));
      return { id, image: { t2: other!, flair: image!, t1: other! }, mask: mask! };
    }),
  );
  const preprocessing = { context: 0, channels: ['flair', 't1'] };
  const training = { ...(configFor()['training'] as object), steps: 2 };
  const parts = { ...shared, preprocessing, training };
  const config = { ...configFor(parts), data: { cases: 'source', split }, output: 'channels' };
  await train(validateConfig(config), { baseFolder: data, source: cases });
  const events: TrainingEvent[] = [];
  await trainInWorker({
    ...{ cases, run: 'channels', engine: 'wasm', config: { ...parts, data: { split } } as never },
    onEvent: (event) => events.push(event),
  });
  expect(numbers(events)).toEqual(numbers(await readLog(join(data, 'channels/log.jsonl'))));
  expect(numbers(events).length).toBe(3);
  await removeTraining('channels');
});
