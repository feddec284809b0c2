import { useBackend } from '@sts-net/backend';
import { trainableWeights } from '@sts-net/model';
import * as tf from '@tensorflow/tfjs-core';
import { input, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createOptimizer,
  createSchedule,
  emptyBatch,
  type Progress,
  setTrainingStep,
  type TrainLoopOptions,
  trainLoop,
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
  const progress: Progress = { step: 0, bestStep: null, bestScore: null };
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
    onBest: async () => void seen.push(`best ${progress.step}`),
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
    expect(progress).toEqual({ step: 6, bestStep: 2, bestScore: 0.5 });
    expect(seen.filter((what) => what.startsWith('best'))).toEqual(['best 2']);
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
      "loss: there is no 'dise'; there are cross-entropy, dice-cross-entropy",
    );
  });

  it('ends in an error where the loss is no number, before anything is saved', async () => {
    const infinite = (_: tf.Tensor4D, logits: tf.Tensor4D) =>
      tf.div(tf.sum(tf.square(logits)), 0) as tf.Scalar;
    const saved: string[] = [];
    const failed = run({ loss: infinite, save: async () => void saved.push('save') });
    await expect(failed).rejects.toThrow(/the loss became \w+ at step 1/);
    expect(saved).toEqual([]);
  });
});

it('setTrainingStep tells every layer that follows from it, and no other', () => {
  const told = { trainingStep: 0 };
  const other = {};
  setTrainingStep({ layers: [told, other] } as unknown as Parameters<typeof setTrainingStep>[0], 7);
  expect([told, other]).toEqual([{ trainingStep: 7 }, {}]);
});
