import type { EncoderSpec } from '@sts-net/backbones';
import { useBackend } from '@sts-net/backend';
import type { DecoderSpec } from '@sts-net/decoders';
import { wholeSample } from '@sts-net/inference';
import { createModel } from '@sts-net/model';
import { signedNchw } from '@sts-net/testing';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { validateConfig } from '../../src/config/validate-config.ts';
import type { TrainEvent } from '../../src/loggers/run-log.ts';
import { loadModel } from '../../src/runs/load-model.ts';
import { train } from '../../src/runs/train.ts';
import { configFor, makeData, oneStep } from '../make-data.ts';

let data: string;
beforeAll(async () => {
  await useBackend('wasm');
  data = await makeData();
});

// Parts of someone else's, made of TensorFlow.js's own layers.
const convolution = (name: string, filters: number, strides: number) =>
  layers.conv2d({ name, filters, kernelSize: 3, strides, padding: 'same' });

const encoder: EncoderSpec = {
  stages: [2, 4].map((stride, i) => ({
    stride,
    build: (x, { name, strides }) =>
      convolution(name(`stage${i}`), 4 * stride, strides).apply(x) as SymbolicTensor,
  })),
};

const decoder: DecoderSpec = {
  outputStride: 32,
  build: (features, { classes }) => {
    const { tensor, stride } = features.at(-1)!;
    const logits = convolution('head', classes, 1).apply(tensor);
    const size: [number, number] = [stride, stride];
    return layers.upSampling2d({ name: 'up', size }).apply(logits) as SymbolicTensor;
  },
};

const build = () =>
  createModel({
    encoder,
    decoder,
    attention: () => layers.activation({ activation: 'sigmoid' }),
    classes: 2,
    inputShape: [null, null, 3],
  });

async function logits(model: LayersModel) {
  const x = signedNchw('input', [1, 3, 13, 9]);
  const y = model.predict(x) as Tensor;
  const values = await y.data();
  x.dispose();
  y.dispose();
  return values;
}

test('an encoder, decoder and attention from outside are trained, and their weights loaded again', async () => {
  const model = build();
  const before = await logits(model);
  const { output } = await train(validateConfig(oneStep({ output: 'own' })), {
    baseFolder: data,
    model,
  });
  const trained = await logits(model);
  expect(trained).not.toEqual(before);
  const loaded = await loadModel(output, { model: build() });
  expect(await logits(loaded.model)).toEqual(trained);
  // Layers that TensorFlow.js knows need no help.
  const rebuilt = await loadModel(output);
  expect(await logits(rebuilt.model)).toEqual(trained);
  for (const one of [model, loaded.model, rebuilt.model]) one.dispose();
});

test('a loss, sampler, optimizer, schedule and score of one’s own take the places of those in the config', async () => {
  const called: string[] = [];
  const say = (what: string) => {
    if (!called.includes(what)) called.push(what);
  };
  const model = build();
  const config = validateConfig(configFor({ output: 'own-parts' }));
  const events: TrainEvent[] = [];
  const { bestScore } = await train(config, {
    baseFolder: data,
    model,
    callbacks: (event) => events.push(event),
    loss: (_, logits) => {
      say('loss');
      return tf.mean(tf.square(logits));
    },
    sampler: {
      size: () => [8, 8],
      create:
        ({ items }) =>
        () => {
          say('sampler');
          return { item: items[0]!, pass: 0, window: () => wholeSample };
        },
    },
    optimizer: {
      create: (weights) => {
        say(`optimizer of ${weights.length} weights`);
        return {
          apply: (_, rate) => say(`rate ${rate}`),
          state: () => new Map(),
          restore: () => {},
          dispose: () => say('disposed'),
        };
      },
    },
    schedule: { create: (initial) => () => 10 * initial },
    select: { create: () => ({ add: () => say('score'), result: () => 42 }) },
  });
  expect(called).toEqual([
    'optimizer of 6 weights',
    'sampler',
    'loss',
    'rate 0.02',
    'score',
    'disposed',
  ]);
  expect(bestScore).toBe(42);
  expect(events.find(({ event }) => event === 'validation')).toMatchObject({ metric: 'own' });
  model.dispose();
});
