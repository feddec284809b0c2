import { useBackend } from '@sts-net/backend';
import { BatchNormalization, Conv2D } from '@sts-net/layers-core';
import { uniform } from '@sts-net/testing';
import { tensor } from '@tensorflow/tfjs-core';
import { input, type LayersModel, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import type { StoredTensor } from '../src/bytes/stored-tensor.ts';
import { loadFittingWeights, namedWeights, storedTensors, torchStateDict } from '../src/index.ts';

beforeAll(async () => {
  await useBackend('wasm');
});

/** A network with the names of one of `createModel`, with weights that follow from the seed. */
function build(seed: number, { channels = 3, classes = 2 } = {}): LayersModel {
  const image = input({ shape: [null, null, channels] });
  const layers = [
    new Conv2D({ name: 'encoder.conv1', filters: 4, kernelSize: 3 }),
    new BatchNormalization({ name: 'encoder.bn1' }),
    new Conv2D({ name: 'segmentation_head.0', filters: classes, kernelSize: 3, useBias: true }),
  ];
  const logits = layers.reduce((x, layer) => layer.apply(x) as SymbolicTensor, image);
  const network = model({ inputs: image, outputs: logits });
  for (const { name, variable } of namedWeights(network)) {
    variable.assign(tensor(uniform(`${seed}/${name}`, variable.size), variable.shape));
  }
  return network;
}

const stored = (model: LayersModel) =>
  storedTensors(namedWeights(model).map(({ name, variable }) => [name, variable]));

const forms = {
  'the names of this project': stored,
  'the keys of PyTorch': torchStateDict,
  'the keys of PyTorch under a wrapper': async (model: LayersModel) =>
    new Map([...(await torchStateDict(model))].map(([key, one]) => [`module.${key}`, one])),
};

/** Layers, of those with weights, whose weights are all those of `other`. */
function sameLayers(
  model: LayersModel,
  mine: ReadonlyMap<string, StoredTensor>,
  other: ReadonlyMap<string, StoredTensor>,
): string[] {
  return model.layers
    .filter(({ weights }) => weights.length > 0)
    .filter(({ weights }) =>
      weights.every(({ originalName: name }) => {
        const [a, b] = [mine.get(name)!, other.get(name)];
        return b !== undefined && a.data.every((value, i) => value === b.data[i]);
      }),
    )
    .map(({ name }) => name);
}

describe.each(Object.entries(forms))('weights by %s', (_, form) => {
  test.each<[string, { channels?: number; classes?: number }, string[]]>([
    ['the same network', {}, []],
    ['other classes', { classes: 4 }, ['segmentation_head.0']],
    ['one class', { classes: 1 }, ['segmentation_head.0']],
    ['one channel', { channels: 1 }, ['encoder.conv1']],
    ['other channels', { channels: 5 }, ['encoder.conv1']],
    ['both', { channels: 5, classes: 4 }, ['encoder.conv1', 'segmentation_head.0']],
  ])('for %s: what fits is taken, the rest stays and is named', async (_, change, anew) => {
    const [source, target] = [build(1), build(2, change)];
    const before = await stored(target);
    const fitted = loadFittingWeights(target, await form(source));
    expect(fitted.anew).toEqual(anew);
    const after = await stored(target);
    const taken = sameLayers(target, after, await stored(source));
    expect(fitted.taken).toEqual(taken.filter((name) => !anew.includes(name)));
    for (const name of anew) {
      for (const { originalName } of target.getLayer(name).weights) {
        expect(after.get(originalName)).toEqual(before.get(originalName));
      }
    }
    source.dispose();
    target.dispose();
  });
});

test('what a training remembers beside the weights is left out', async () => {
  const [source, target] = [build(1), build(2)];
  const weights = await stored(source);
  const all = new Map(
    [...weights].flatMap(([name, one]) =>
      ['', 'average/', 'optimizer/m/'].map((prefix) => [`${prefix}${name}`, one] as const),
    ),
  );
  expect(loadFittingWeights(target, all).anew).toEqual([]);
  expect(await stored(target)).toEqual(weights);
  source.dispose();
  target.dispose();
});

test('a layer of which one weight is missing starts anew as a whole', async () => {
  const [source, target] = [build(1), build(2)];
  const weights = new Map(await torchStateDict(source));
  weights.delete('encoder.bn1.running_var');
  const before = await stored(target);
  expect(loadFittingWeights(target, weights).anew).toEqual(['encoder.bn1']);
  const after = await stored(target);
  for (const name of ['gamma', 'beta', 'movingMean', 'movingVariance']) {
    expect(after.get(`encoder.bn1/${name}`)).toEqual(before.get(`encoder.bn1/${name}`));
  }
  source.dispose();
  target.dispose();
});

test('nothing that fits, and damage, are errors that change nothing', async () => {
  const target = build(2);
  const before = await stored(target);
  const strange = new Map([['a.weight', { shape: [1], data: new Float32Array(1) }]]);
  expect(() => loadFittingWeights(target, strange)).toThrow(
    /none of the \d+ layers with weights fits these 1 tensors/,
  );
  expect(() => loadFittingWeights(target, new Map())).toThrow('fits these 0 tensors');
  const damaged = new Map(await stored(target));
  const [name, { shape }] = [...damaged].at(-1)!;
  damaged.set(name, { shape, data: new Float32Array(0) });
  expect(() => loadFittingWeights(target, damaged)).toThrow(`'${name}' of shape`);
  expect(await stored(target)).toEqual(before);
  target.dispose();
});
