import { type EncoderName, encoders } from '@sts-net/backbones';
import { useBackend } from '@sts-net/backend';
import { type DecoderName, type DecoderSpec, decoders } from '@sts-net/decoders';
import { Conv2D, UpsampleNearest } from '@sts-net/layers-core';
import { fnv1a, golden } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import {
  createModel,
  encodeSafetensors,
  loadTorchWeights,
  type ModelOptions,
  readSafetensors,
  withoutInitialValues,
} from '../src/index.ts';
import { attentionNames } from '../src/network/attention.ts';
import { torchStateDict } from '../src/state-dict/torch-state-dict.ts';

beforeAll(async () => {
  await useBackend('wasm');
});

function build(options: Partial<ModelOptions>): LayersModel {
  const config = {
    encoder: 'mobilenet_v2',
    decoder: 'unet',
    classes: 3,
    inputShape: [null, null, 3],
    ...options,
  } as ModelOptions;
  return withoutInitialValues(() => createModel(config));
}

/** All whole numbers that float32 tells apart: more than any weight holds. */
const numbers = new Float32Array(2 ** 24);
for (let i = 0; i < numbers.length; i++) numbers[i] = i;

/** Gives every weight values of its own, each other than its neighbours. */
function fill(model: LayersModel, salt: string): void {
  for (const weight of model.weights) {
    const shape = weight.shape as number[];
    const first = fnv1a(salt + weight.originalName) % 1000;
    const values = numbers.subarray(first, first + shape.reduce((a, b) => a * b, 1));
    tf.tidy(() => {
      weight.write(tf.tensor(values, shape));
    });
  }
}

const values = (model: LayersModel): Buffer[] =>
  model.weights.map((weight) => Buffer.from(weight.read().dataSync<'float32'>().buffer));

/** Nothing but a head, where the encoder is what matters. */
const headOnly: DecoderSpec = {
  outputStride: 32,
  build(features, { classes }) {
    const head = new Conv2D({ name: 'segmentation_head.0', filters: classes, kernelSize: 1 });
    const resize = new UpsampleNearest({ name: 'resize', scale: 32 });
    return resize.apply(head.apply(features.at(-1)!.tensor)) as SymbolicTensor;
  },
};

const combinations: [string, Partial<ModelOptions>][] = [
  ...Object.keys(encoders).map((name): [string, Partial<ModelOptions>] => [
    `encoder ${name}`,
    { encoder: name as EncoderName, decoder: headOnly },
  ]),
  ...Object.keys(decoders).map((name): [string, Partial<ModelOptions>] => [
    `decoder ${name}`,
    { decoder: name as DecoderName },
  ]),
  ...attentionNames.map((name): [string, Partial<ModelOptions>] => [
    `attention ${name}`,
    { attention: name, decoder: headOnly },
  ]),
  ['ESCA with two kernels', { attention: { name: 'esca', shared: false } }],
];

test.each(combinations)(
  'property: loadTorchWeights takes back what is saved of %s, bit by bit',
  async (_, options) => {
    const model = build(options);
    fill(model, 'saved');
    const before = values(model);
    const saved = Buffer.concat(encodeSafetensors(await torchStateDict(model)));
    const tensors = readSafetensors(saved);
    expect(tensors.size).toBe(model.weights.length);
    fill(model, 'another');
    const report = loadTorchWeights(model, tensors);
    expect(report).toEqual({ loaded: [...tensors.keys()], ignored: [], missing: [] });
    for (const [i, value] of values(model).entries()) expect(value.equals(before[i]!)).toBe(true);
    model.dispose();
  },
);

const shapes = golden('state-dict-shapes');

test.each(['mobilenet_v2', 'resnet50', 'resnext50_32x4d', 'dpn68', 'efficientnet-b0'])(
  'golden: keys and shapes of the encoder %s are PyTorch’s, counters apart',
  async (encoder) => {
    const model = build({ encoder: encoder as EncoderName, decoder: headOnly });
    const listed = Object.entries<number[]>(shapes[`smp-encoder/${encoder}`])
      .filter(([key]) => !/num_batches_tracked|^(fc|_fc|classifier|last_linear)\./.test(key))
      .map(([key, shape]) => [`encoder.${key}`, shape]);
    const saved = [...(await torchStateDict(model))]
      .filter(([key]) => key.startsWith('encoder.'))
      .map(([key, { shape }]) => [key, shape]);
    expect(Object.fromEntries(saved)).toEqual(Object.fromEntries(listed));
    model.dispose();
  },
);

test('ESCA’s kernels have the three axes of PyTorch’s Conv1d', async () => {
  const model = build({ attention: { name: 'esca', kernelSize: 5 } });
  expect((await torchStateDict(model)).get('encoder.iaff3.conv.weight')!.shape).toEqual([1, 1, 5]);
  model.dispose();
});
