import { uniform } from '@sts-net/testing';
import { createVolume, encodeImage, type Volume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { afterEach, describe, expect, test } from 'vitest';
import type { ModelCache } from '../src/cache/model-cache.ts';
import { openSegmenter } from '../src/index.ts';
import { trainJob } from '../src/training/train-job.ts';
import {
  type PageCase,
  removeTraining,
  type TrainInWorkerOptions,
  type TrainingEvent,
  trainedModel,
  trainInWorker,
} from '../src/training.ts';
import type { TrainingAnswer, TrainingQuestion } from '../src/worker/training-messages.ts';

/** A bright square in noise, and its mask; where it lies depends on the name. */
function squareCase(id: string): PageCase & { image: Volume<Float32Array>; mask: Volume } {
  const shape = [4, 16, 16];
  const image = Float32Array.from(uniform(id, 4 * 256), (u) => 100 + 20 * u);
  const mask = new Uint8Array(image.length);
  const [a = 0, b = 0] = uniform(`${id}/place`, 2);
  const first = 256 + 16 * (2 + Math.floor(a * 9)) + 2 + Math.floor(b * 9);
  for (const at of [0, 1, 2, 16, 17, 18, 32, 33, 34]) {
    image[first + at] = 200;
    mask[first + at] = 1;
  }
  return {
    id,
    image: createVolume(ndarray(image, shape)),
    mask: createVolume(ndarray(mask, shape)),
  };
}

const cases = ['a', 'b', 'c'].map(squareCase);

const config: TrainInWorkerOptions['config'] = {
  seed: 3,
  model: { network: { name: 'nnunet-2d', plan: { features: [4, 8] } } },
  data: { split: { validation: ['c'] } },
  training: {
    steps: 6,
    batchSize: 2,
    flips: true,
    // What it draws follows from what the network saw, and what is validated from all steps before.
    sampler: { name: 'hard-negatives', slices: 3 },
    average: { decay: 0.5 },
    optimizer: { learningRate: 0.003 },
    validation: { every: 2 },
    saveEvery: 2,
  },
};

const usual = { cases, config, engine: 'wasm', run: 'usual' } as const;

/** What was told of the steps and the validations. */
const numbers = (events: readonly TrainingEvent[]) =>
  events.filter(({ event }) => event === 'step' || event === 'validation');

async function trained(options: Partial<TrainInWorkerOptions> = {}) {
  const events: TrainingEvent[] = [];
  const onEvent = (event: TrainingEvent): void => {
    events.push(event);
    options.onEvent?.(event);
  };
  const result = await trainInWorker({ ...usual, ...options, onEvent });
  return { events, result };
}

afterEach(() => removeTraining('usual'));

async function bytesOf(file: Blob | undefined): Promise<Uint8Array> {
  return new Uint8Array(await file!.arrayBuffer());
}

test('a training tells what it does, and its model opens', async () => {
  const { events, result } = await trained();
  expect(events.map(({ event }) => event).filter((event) => event !== 'step')).toEqual([
    ...['warning', 'warning', 'read', 'read', 'read', 'start'],
    ...['look', 'validation', 'look', 'validation', 'look', 'validation', 'end'],
  ]);
  const [inMemory, noWorker] = events;
  expect(inMemory).toMatchObject({ message: expect.stringMatching(/a reload loses them/) });
  expect(noWorker).toMatchObject({ message: expect.stringMatching(/no workers here/) });
  expect(events[5]).toMatchObject({ step: 0, steps: 6, slices: 8, engine: { name: 'wasm' } });
  expect(events.at(-1)).toEqual({ event: 'end', step: 6, reason: 'finished' });
  expect(result).toMatchObject({ step: 6, finished: true, checkpoints: 'memory' });
  expect(await bytesOf(await trainedModel('usual'))).toEqual(await bytesOf(result.model));
  const segmenter = await openSegmenter({ model: result.model!, engine: 'wasm' });
  expect(segmenter.info.classes.map(({ name }) => name)).toEqual(['Background', 'Lesion']);
  const { labels } = await segmenter.segment(cases[0]!.image);
  expect(labels.voxels.shape).toEqual([4, 16, 16]);
  segmenter.close();
});

test.each([1, 2, 3, 5])(
  'a training that is stopped after step %i goes on to the numbers and the model of one that is not',
  async (step) => {
    const whole = await trained({ run: 'whole' });
    const stop = new AbortController();
    const first = await trained({
      signal: stop.signal,
      onEvent: (event) => {
        if (event.event === 'step' && event.step === step) stop.abort();
      },
    });
    expect(first.result).toMatchObject({ step, finished: false });
    expect(first.events.at(-1)).toMatchObject({ event: 'end', reason: 'interrupted' });
    const second = await trained({ resume: true });
    expect(second.events.find(({ event }) => event === 'start')).toMatchObject({ step });
    expect([...numbers(first.events), ...numbers(second.events)]).toEqual(numbers(whole.events));
    expect(await bytesOf(second.result.model)).toEqual(await bytesOf(whole.result.model));
    await removeTraining('whole');
  },
);

test('one that is killed goes on from its last checkpoint', async () => {
  const whole = await trained({ run: 'whole' });
  const killed = trained({
    onEvent: (event) => {
      if (event.event === 'step' && event.step === 5) throw new Error('killed');
    },
  });
  await expect(killed).rejects.toThrow('killed');
  const { events, result } = await trained({ resume: true });
  expect(events.find(({ event }) => event === 'start')).toMatchObject({ step: 4 });
  expect(numbers(events)).toEqual(
    numbers(whole.events).filter((event) => 'step' in event && event.step > 4),
  );
  expect(await bytesOf(result.model)).toEqual(await bytesOf(whole.result.model));
  await removeTraining('whole');
});

test('weights to start from are taken, and layers that they do not fit are named', async () => {
  const { result } = await trained();
  await removeTraining('usual');
  const none = {
    ...config,
    training: { ...config.training, steps: 1, optimizer: { learningRate: 0 } },
  };
  const again = await trained({ config: none, start: result.model });
  const segmenters = await Promise.all(
    [result, again.result].map(({ model }) => openSegmenter({ model: model!, engine: 'wasm' })),
  );
  const [a, b] = await Promise.all(segmenters.map((one) => one.segment(cases[0]!.image)));
  const difference = (i: number) =>
    Math.abs(a!.probabilities[1]!.voxels.data[i]! - b!.probabilities[1]!.voxels.data[i]!);
  // Its statistics of batches may have moved, its weights have not.
  expect(difference(0)).toBeLessThan(0.2);
  await removeTraining('usual');
  const three = { ...none, model: { ...none.model, classes: 3 } };
  const { events } = await trained({ config: three, start: result.model });
  expect(events).toContainEqual({
    event: 'warning',
    step: 0,
    message: expect.stringMatching(/layers start anew, since 'start' has no weights for them/),
  });
  for (const segmenter of segmenters) segmenter.close();
});

test('pictures with pictures as masks have the numbers of volumes that hold the same', async () => {
  const shape = [16, 16];
  const pictures: PageCase[] = [];
  const volumes: PageCase[] = [];
  for (const { id, image, mask } of cases) {
    const at = (slice: number, i: number) => image.voxels.get(slice, i >> 4, i & 15);
    const colours = Uint8Array.from({ length: 3 * 256 }, (_, i) => at(i % 3, Math.floor(i / 3)));
    const lesion = Uint8Array.from({ length: 256 }, (_, i) => mask.voxels.get(1, i >> 4, i & 15));
    pictures.push({
      id,
      image: new File([await encodeImage(ndarray(colours, [...shape, 3]))], 'image.png'),
      mask: [
        new File(['x'], '.DS_Store'),
        new File(
          [
            await encodeImage(
              ndarray(
                lesion.map((l) => 255 * l),
                [...shape, 1],
              ),
            ),
          ],
          'a.png',
        ),
      ],
    });
    const planes = Uint8Array.from(
      { length: 3 * 256 },
      (_, i) => colours[3 * (i % 256) + (i >> 8)]!,
    );
    volumes.push({
      id,
      image: createVolume(ndarray(planes, [3, ...shape])),
      mask: createVolume(ndarray(lesion, [1, ...shape])),
    });
  }
  const rule = { ...config, preprocessing: { normalization: { name: 'all' } } } as typeof config;
  const first = await trained({ cases: pictures, config: rule });
  expect(first.events.find(({ event }) => event === 'start')).toMatchObject({ slices: 2 });
  await removeTraining('usual');
  const second = await trained({ cases: volumes, config: rule });
  expect(numbers(first.events)).toEqual(numbers(second.events));
  expect(new Set(numbers(first.events).map((event) => JSON.stringify(event))).size).toBe(9);
});

describe('what cannot be trained is named:', () => {
  const withTraining = (more: object) => ({
    config: { ...config, training: { ...config.training, ...more } } as typeof config,
  });
  test.each<[string, Partial<TrainInWorkerOptions>]>([
    ['config: training.batchSize: expected', withTraining({ batchSize: 0 })],
    ['training.lr: unknown key', withTraining({ lr: 1 })],
    ['training.pretrained: must be left out in a page', withTraining({ pretrained: 'imagenet' })],
    ['training.workers: must be 0', withTraining({ workers: 2 })],
    ['training.validation.keep: must be 1', withTraining({ validation: { keep: 3 } })],
    ['training.loss: must be another', withTraining({ loss: 'lossnet' })],
    [
      "data.split.validation: no case has the group 'x'",
      { config: { ...config, data: { split: { validation: ['x'] } } } },
    ],
    ["the ids of cases must be unique, 'a' occurs twice", { cases: [cases[0]!, cases[0]!] }],
    [
      "the same image is in two splits, as 'a' (training) and 'c' (validation)",
      { cases: [cases[0]!, { ...cases[0]!, id: 'c' }] },
    ],
    ["case 'a': the image must be a File", { cases: [{ ...cases[0]!, image: 7 as never }] }],
    ["case 'a': the mask must be a File", { cases: [{ ...cases[0]!, mask: undefined as never }] }],
    [
      "case 'a': the mask must have the shape",
      { cases: [{ ...cases[0]!, mask: createVolume(ndarray(new Uint8Array(2), [1, 1, 2])) }] },
    ],
    ['a.nii', { cases: [{ ...cases[0]!, image: new File(['hello'], 'a.nii') }] }],
    ['`run` must be a name', { run: 'a/b' }],
  ])('%s', async (message, options) => {
    const single = options.cases === undefined ? {} : { config: { ...config, data: {} } };
    const named = message.includes('two splits') ? {} : single;
    await expect(trained({ ...named, ...options })).rejects.toThrow(message);
  });

  test('a run that is there, another config, other data', async () => {
    await trained();
    await expect(trained()).rejects.toThrow("'usual' has been trained here already");
    const other = { ...config, seed: 4 };
    await expect(trained({ resume: true, config: other })).rejects.toThrow(
      "cannot resume 'usual': `config.seed` differs",
    );
    const changed = [...cases.slice(0, 2), { ...squareCase('d'), id: 'c' }];
    await expect(trained({ resume: true, cases: changed })).rejects.toThrow(
      "the image of case 'c' has another content",
    );
    const short = { ...config, training: { ...config.training, steps: 4 } };
    await expect(trained({ resume: true, config: short })).rejects.toThrow(
      'must reach the 6 steps that are done, got 4; raise it, or choose another `run`',
    );
    const longer = { ...config, training: { ...config.training, steps: 8 } };
    const { events } = await trained({ resume: true, config: longer });
    expect(events.filter(({ event }) => event === 'step')).toHaveLength(2);
  });

  test('a store that is full keeps what was there', async () => {
    const kept = new Map<string, Blob>();
    let isFull = false;
    const checkpoints: ModelCache = {
      name: 'drawer',
      read: async (key) => kept.get(key),
      async write(key, content) {
        if (isFull) throw new Error('no room');
        kept.set(key, content);
      },
      remove: async (key) => void kept.delete(key),
    };
    const onEvent = (event: TrainingEvent) => {
      isFull ||= event.event === 'step' && event.step > 2;
    };
    await expect(trained({ checkpoints, onEvent })).rejects.toThrow(
      /the checkpoint of 'usual', \d+ bytes, cannot be written to drawer: no room; what was saved before stays/,
    );
    isFull = false;
    const { events, result } = await trained({ checkpoints, resume: true });
    expect(events.find(({ event }) => event === 'start')).toMatchObject({ step: 2 });
    expect(result.checkpoints).toBe('drawer');
  });
});

describe('a worker', () => {
  /** Runs the program of the worker in this thread, all that crosses being cloned. */
  function worker() {
    let tell: (answer: TrainingAnswer) => void = () => {};
    const stop = new AbortController();
    let goOn: () => void = () => {};
    const state = { isEnded: false };
    const one = {
      onmessage: null as ((event: { data: TrainingAnswer }) => void) | null,
      onerror: null,
      terminate: () => {
        state.isEnded = true;
      },
      postMessage(question: TrainingQuestion) {
        if (question.ask === 'stop') stop.abort();
        else if (question.ask === 'go on') goOn();
        else {
          trainJob(structuredClone(question.job), {
            signal: stop.signal,
            onEvent: (event) => tell({ tell: 'event', event }),
            save: (file, content) =>
              new Promise((resolve) => {
                goOn = resolve;
                tell({ tell: 'save', file, content });
              }),
          }).then(
            (result) => tell({ tell: 'trained', result }),
            ({ name, message }) => tell({ tell: 'failed', error: { name, message } }),
          );
        }
      },
    };
    tell = (data) => {
      if (!state.isEnded) one.onmessage?.({ data: structuredClone(data) });
    };
    setTimeout(() => tell({ tell: 'ready' }));
    return { state, create: () => one as unknown as Worker };
  }

  test('has the same numbers, and is ended with the training', async () => {
    const here = await trained({ run: 'here' });
    const { state, create } = worker();
    const there = await trained({ worker: create });
    expect(numbers(there.events)).toEqual(numbers(here.events));
    expect(await bytesOf(there.result.model)).toEqual(await bytesOf(here.result.model));
    expect(state.isEnded).toBe(true);
    await removeTraining('here');
  });

  test('saves what it has when it is stopped; before it began, it is ended with the reason', async () => {
    const stop = new AbortController();
    const { result } = await trained({
      worker: worker().create,
      signal: stop.signal,
      onEvent: (event) => {
        if (event.event === 'step' && event.step === 3) stop.abort();
      },
    });
    expect(result.finished).toBe(false);
    expect(result.step).toBeGreaterThanOrEqual(3);
    const early = new AbortController();
    const { state, create } = worker();
    const ended = trained({
      worker: create,
      resume: true,
      signal: early.signal,
      onEvent: (event) => {
        if (event.event === 'read') early.abort(new Error('enough'));
      },
    });
    await expect(ended).rejects.toThrow('enough');
    expect(state.isEnded).toBe(true);
  });

  test('tells errors with their names', async () => {
    const { create } = worker();
    const wrong = { ...config, model: { encoder: 'resnet', decoder: 'unet' } } as never;
    await expect(trained({ worker: create, config: wrong })).rejects.toThrow(/model\.encoder/);
  });
});
