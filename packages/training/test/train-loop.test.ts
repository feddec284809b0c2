import { useBackend } from '@sts-net/backend';
import { BatchNormalization } from '@sts-net/layers-core';
import { namedWeights, trainableWeights } from '@sts-net/model';
import * as tf from '@tensorflow/tfjs-core';
import { input, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createLoss,
  createOptimizer,
  createSchedule,
  emptyBatch,
  freeze,
  groupWeights,
  hasStoppedEarly,
  newProgress,
  setTrainingStep,
  type TrainLoopOptions,
  trainLoop,
  trainStep,
} from '../src/index.ts';

beforeAll(async () => {
  await useBackend('cpu');
});

/** Trains a convolution of one weight a class for some steps; scores and interval as told. */
async function run(changes: Partial<TrainLoopOptions> = {}) {
  const image = input({ shape: [null, null, 1] });
  const logits = layers.conv2d({ filters: 2, kernelSize: 1 }).apply(image) as SymbolicTensor;
  const network = model({ inputs: image, outputs: logits });
  const batch = emptyBatch({ count: 1, height: 2, width: 2, channels: 1, classes: 2 });
  const adamw = { name: 'adamw', betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0 } as const;
  const steps = changes.steps ?? 6;
  const optimizer = createOptimizer(adamw, trainableWeights(network));
  const progress = changes.progress ?? newProgress();
  const seen: string[] = [];
  await trainLoop({
    model: network,
    source: { stepsPerEpoch: 2, batch: async () => batch },
    steps,
    loss: 'cross-entropy',
    optimizer,
    schedule: createSchedule({ name: 'constant' }, 0.1, { steps, stepsPerEpoch: 2 }),
    validateEvery: 'epoch',
    saveEvery: 'epoch',
    progress,
    onStep: ({ step }) => void seen.push(`step ${step}`),
    onBest: async (rank) =>
      void seen.push(`${rank === 0 ? 'best' : `rank ${rank}`} ${progress.step}`),
    save: async () => void seen.push(`save ${progress.step}`),
    ...changes,
  }).finally(() => {
    optimizer.dispose();
    network.dispose();
  });
  return { progress, seen };
}

/** Gives the scores one after the other. */
const scores =
  (...values: number[]) =>
  async () =>
    values.shift()!;

describe('trainLoop', () => {
  it('validates and saves after each epoch', async () => {
    const { seen } = await run({ validate: scores(1, 2, 3) });
    expect(seen.join('; ')).toBe(
      'step 1; step 2; best 2; save 2; step 3; step 4; best 4; save 4; step 5; step 6; best 6; save 6',
    );
  });

  it('keeps the earlier of equal scores', async () => {
    const { progress, seen } = await run({ validate: scores(0.5, 0.5, 0.4) });
    expect(progress).toMatchObject({ step: 6, best: [{ step: 2, score: 0.5 }], sinceBest: 2 });
    expect(seen.filter((what) => what.startsWith('best'))).toEqual(['best 2']);
  });

  it('keeps the best few, among equals the earlier first', async () => {
    const { progress, seen } = await run({
      ...{ steps: 12, keepBest: 2 },
      validate: scores(0.5, 0.4, 0.5, 0.7, 0.6, 0.6),
    });
    expect(progress.best).toEqual([
      { step: 8, score: 0.7 },
      { step: 10, score: 0.6 },
    ]);
    expect(seen.filter((what) => /best|rank/.test(what))).toEqual([
      'best 2',
      'rank 1 4',
      'rank 1 6',
      'best 8',
      'rank 1 10',
    ]);
  });

  it('stops early after so many validations that are no better, also when gone on with', async () => {
    const { progress, seen } = await run({
      ...{ steps: 20, patience: 2, saveEvery: 100 },
      validate: scores(0.5, 0.4, 0.6, 0.6, 0.1, 0.9),
    });
    expect(progress).toMatchObject({ step: 10, best: [{ step: 6, score: 0.6 }], sinceBest: 2 });
    expect(seen.at(-1)).toBe('save 10');
    expect(hasStoppedEarly(progress, 2)).toBe(true);
    const again = await run({ steps: 20, patience: 2, progress, validate: scores(1) });
    expect(again.seen).toEqual([]);
    expect(hasStoppedEarly(progress, undefined)).toBe(false);
  });

  it('refuses a score that is no finite number', async () => {
    for (const score of [Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(run({ validate: scores(score) })).rejects.toThrow(
        `the validation at step 2 must be a finite number, got ${score}`,
      );
    }
  });

  it('leaves a validation when it is stopped, saves, and makes up for it when it goes on', async () => {
    const controller = new AbortController();
    const stop = async (signal: AbortSignal | undefined): Promise<number> => {
      controller.abort();
      signal!.throwIfAborted();
      return 0;
    };
    const first = await run({ signal: controller.signal, validate: stop });
    expect(first.seen).toEqual(['step 1', 'step 2', 'save 2']);
    expect(first.progress).toMatchObject({ step: 2, best: [], owesValidation: true });
    const { progress, seen } = await run({ progress: first.progress, validate: scores(3, 2, 1) });
    expect(seen).toEqual([
      ...['best 2', 'save 2', 'step 3', 'step 4', 'save 4', 'step 5', 'step 6', 'save 6'],
    ]);
    expect(progress).toMatchObject({ step: 6, sinceBest: 2, owesValidation: false });
  });

  it('makes up for the validation of its last step', async () => {
    const progress = { ...newProgress(), step: 6, owesValidation: true };
    expect((await run({ progress, validate: scores(1) })).seen).toEqual(['best 6', 'save 6']);
  });

  it('looks before validations in its interval, not for the last step, and again where one was left', async () => {
    const seen: string[] = [];
    const steps = { steps: 5, validateEvery: 2, saveEvery: 100 } as const;
    const controller = new AbortController();
    const first = await run({
      ...steps,
      signal: controller.signal,
      look: async () => void seen.push('look'),
      validate: async (signal) => {
        seen.push('validation');
        if (seen.length === 4) controller.abort();
        signal?.throwIfAborted();
        return 1;
      },
    });
    expect(first.progress).toMatchObject({ step: 4, owesValidation: true });
    expect(seen.splice(0)).toEqual(['look', 'validation', 'look', 'validation']);
    const { progress } = first;
    const look = async () => void seen.push(`look ${progress.step}`);
    await run({ ...steps, progress, look, validate: scores(1, 1) });
    expect(seen.splice(0)).toEqual(['look 4']);
    const alone = await run({ ...steps, look: async () => void seen.push('look') });
    expect(seen).toEqual(['look', 'look']);
    expect(alone.progress).toMatchObject({ step: 5, owesValidation: false });
  });

  it('fails with what a validation throws that is not the signal’s reason', async () => {
    const controller = new AbortController();
    const validate = async () => {
      controller.abort();
      throw new Error('no such file');
    };
    await expect(run({ signal: controller.signal, validate })).rejects.toThrow('no such file');
  });

  it('validates and saves at its end, wherever the interval is', async () => {
    const { seen } = await run({
      ...{ steps: 5, validateEvery: 3, saveEvery: 4 },
      validate: scores(1, 2),
    });
    expect(seen.filter((what) => !what.startsWith('step'))).toEqual([
      'best 3',
      'save 4',
      'best 5',
      'save 5',
    ]);
  });

  it('finishes its step and saves once when it is stopped', async () => {
    const controller = new AbortController();
    const { seen, progress } = await run({
      signal: controller.signal,
      onStep: ({ step }) => {
        if (step === 3) controller.abort();
      },
    });
    expect(seen).toEqual(['save 2', 'save 3']);
    expect(progress.step).toBe(3);
  });

  it('takes a loss of the caller’s own, and lists the names for one that is none', async () => {
    const zero = (_: tf.Tensor4D, logits: tf.Tensor4D) => tf.mul(tf.sum(logits), 0) as tf.Scalar;
    const losses: number[] = [];
    await run({ loss: zero, onStep: ({ loss }) => void losses.push(loss) });
    expect(losses).toEqual([0, 0, 0, 0, 0, 0]);
    await expect(run({ loss: 'dise' as 'cross-entropy' })).rejects.toThrow(
      "loss: there is no 'dise'; there are cross-entropy, top-k-cross-entropy",
    );
  });

  it('ends in an error where the loss is no number, before anything is saved', async () => {
    const infinite = (_: tf.Tensor4D, logits: tf.Tensor4D) =>
      tf.div(tf.sum(tf.square(logits)), 0) as tf.Scalar;
    const saved: string[] = [];
    const failed = run({ loss: infinite, save: async () => void saved.push('save') });
    await expect(failed).rejects.toThrow(
      /the loss became \w+ at step 1, on 1 samples and with the learning rate 0.1/,
    );
    expect(saved).toEqual([]);
  });
});

it('setTrainingStep tells every layer that follows from it, and no other', () => {
  const told = { trainingStep: 0 };
  const other = {};
  setTrainingStep({ layers: [told, other] } as unknown as Parameters<typeof setTrainingStep>[0], 7);
  expect([told, other]).toEqual([{ trainingStep: 7 }, {}]);
});

describe('a model of several outputs', () => {
  const batch = emptyBatch({ count: 1, height: 2, width: 2, channels: 1, classes: 2 });
  const still = { apply: () => {}, state: () => new Map(), restore: () => {}, dispose: () => {} };
  // The loss of an output is 1, 2 or 3.
  let calls = 0;
  const counted = (_: tf.Tensor4D, z: tf.Tensor4D) =>
    tf.add(tf.mul(tf.sum(z), 0), ++calls) as tf.Scalar;
  const step = async (outputWeights?: readonly number[]) => {
    calls = 0;
    const image = input({ shape: [null, null, 1] });
    const head = (name: string) =>
      layers.conv2d({ name, filters: 2, kernelSize: 1 }).apply(image) as SymbolicTensor;
    const network = model({ inputs: image, outputs: ['a', 'b', 'c'].map(head) });
    return trainStep({ model: network, loss: counted, optimizer: still, outputWeights }, batch, 1);
  };

  it('is held against the truth at each, by weights, usually halved from one to the next', async () => {
    expect(await step()).toBeCloseTo((4 * 1 + 2 * 2 + 1 * 3) / 7, 6);
    expect(await step([1, 0.5, 2])).toBeCloseTo(1 + 0.5 * 2 + 2 * 3, 6);
    expect(await step([0, 2, 0])).toBe(2);
    await expect(step([0, 0, 0])).rejects.toThrow('one of them above 0');
    await expect(step([1, 0.5])).rejects.toThrow(
      "must have a number for each of the model's outputs, 3, one of them above 0, got [1, 0.5]",
    );
  });
});

describe('freeze and groupWeights', () => {
  function network(name: string) {
    const image = input({ shape: [4, 4, 1] });
    const encoder = layers.conv2d({ name: `${name}.conv`, filters: 2, kernelSize: 1 });
    const norm = new BatchNormalization({ name: `${name}.bn` });
    const head = layers.conv2d({ name: 'head', filters: 2, kernelSize: 1 });
    const logits = head.apply(norm.apply(encoder.apply(image)));
    return model({ inputs: image, outputs: logits as SymbolicTensor });
  }
  const names = (made: ReturnType<typeof network>) =>
    groupWeights(made).map(({ name }) => name.replace(/_\d+/, ''));

  it('leave of a frozen encoder nothing to train, of frozen normalisations all but them', () => {
    const [encoder, norms] = [network('encoder.a'), network('encoder.b')];
    freeze(encoder, ['encoder']);
    expect(names(encoder)).toEqual(['head/kernel', 'head/bias']);
    freeze(norms, ['batch-norms']);
    expect(names(norms)).toEqual([
      ...['encoder.b.conv/kernel', 'encoder.b.conv/bias'],
      ...['head/kernel', 'head/bias'],
    ]);
  });

  it('a frozen normalisation keeps its statistics through a step, one that is not does not', async () => {
    for (const frozen of [true, false]) {
      const made = network(`encoder.${frozen}`);
      if (frozen) freeze(made, ['batch-norms']);
      const before = await Promise.all(
        namedWeights(made).map(
          async ({ name, variable }) => [name, await variable.data()] as const,
        ),
      );
      const sgd = { name: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 } as const;
      const optimizer = createOptimizer(sgd, groupWeights(made));
      const batch = emptyBatch({ count: 1, height: 4, width: 4, channels: 1, classes: 2 });
      batch.images.forEach((_, i) => {
        batch.images[i] = i % 5;
      });
      await trainStep({ model: made, loss: createLoss('cross-entropy'), optimizer }, batch, 0.1);
      const weights = new Map(namedWeights(made).map(({ name, variable }) => [name, variable]));
      for (const [name, values] of before) {
        const isKept = frozen && name.includes('.bn/');
        const after = await weights.get(name)!.data();
        if (name.includes('moving') || isKept) {
          expect([...after].join() === [...values].join(), name).toBe(isKept);
        }
      }
      optimizer.dispose();
      made.dispose();
    }
  });

  it('tell which weights decay, and at which rate they move', () => {
    const made = network('encoder.d');
    const told = groupWeights(made, { decay: 'kernels', encoderRate: 0.1 });
    expect(told.map(({ rate, decays }) => [rate, decays])).toEqual([
      ...[
        [0.1, true],
        [0.1, false],
        [0.1, false],
        [0.1, false],
      ],
      ...[
        [1, true],
        [1, false],
      ],
    ]);
    expect(groupWeights(made).every(({ rate, decays }) => rate === 1 && decays)).toBe(true);
  });

  it('refuse a model without an encoder or normalisations, and a layer that would not hold still', () => {
    const other = network('trunk');
    expect(() => groupWeights(other, { encoderRate: 0.5 })).toThrow("named 'encoder.…', got none");
    expect(() => freeze(other, ['encoder'])).toThrow(
      "must have layers named 'encoder.…', got none",
    );
    const image = input({ shape: [4, 4, 1] });
    const norm = layers.batchNormalization({ name: 'encoder.e' }).apply(image) as SymbolicTensor;
    const restless = model({ inputs: image, outputs: norm });
    expect(() => freeze(restless, ['batch-norms'])).toThrow("layer 'encoder.e' cannot be frozen");
    const plain = layers.conv2d({ name: 'f', filters: 1, kernelSize: 1 }).apply(image);
    const without = model({ inputs: image, outputs: plain as SymbolicTensor });
    expect(() => freeze(without, ['batch-norms'])).toThrow('with running statistics, got none');
  });
});
