import type { EncoderSpec } from '@sts-net/backbones';
import { useBackend } from '@sts-net/backend';
import type { DecoderSpec } from '@sts-net/decoders';
import { createModel } from '@sts-net/model';
import { signedNchw } from '@sts-net/testing';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type LayersModel, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { validateConfig } from '../../src/config/validate-config.ts';
import { loadModel } from '../../src/runs/load-model.ts';
import { train } from '../../src/runs/train.ts';
import { makeData, oneStep } from '../make-data.ts';

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
  const loaded = loadModel(output, { model: build() });
  expect(await logits(loaded.model)).toEqual(trained);
  expect(() => loadModel(output)).toThrow(/weights are missing, first 'encoder\.features/);
  for (const one of [model, loaded.model]) one.dispose();
});
