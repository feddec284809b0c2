import { useBackend } from '@sts-net/backend';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import type { StoredTensor } from '../src/bytes/stored-tensor.ts';
import {
  createModel,
  loadTorchWeights,
  namedWeights,
  storedTensors,
  torchStateDict,
} from '../src/index.ts';
import { isModelConfig } from '../src/network/model-options.ts';
import { encodeSafetensors } from '../src/safetensors/encode-safetensors.ts';

beforeAll(async () => {
  await useBackend('wasm');
});

const build = (seed: number): LayersModel =>
  createModel({ encoder: 'resnet18', decoder: 'fpn', classes: 2, inputShape: [32, 32, 3], seed });

let source: LayersModel;
let weights: Map<string, StoredTensor>;
beforeAll(async () => {
  source = build(1);
  weights = await torchStateDict(source);
});

type Weights = ReadonlyMap<string, StoredTensor>;

/** Their bytes at once: `toEqual` looks at eleven million numbers one by one, which takes minutes. */
function expectSame(found: Weights, wanted: Weights): void {
  const bytes = ({ data }: StoredTensor) =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  expect([...found].map(([key, { shape }]) => [key, shape])).toEqual(
    [...wanted].map(([key, { shape }]) => [key, shape]),
  );
  const others = [...found].filter(([key, one]) => !bytes(one).equals(bytes(wanted.get(key)!)));
  expect(others.map(([key]) => key)).toEqual([]);
}

const renamed = (rename: (key: string) => string): Map<string, StoredTensor> =>
  new Map([...weights].map(([key, tensor]) => [rename(key), tensor]));

test.each(['model.', 'module.', '_orig_mod.', 'net.', 'module._orig_mod.', 'model.model.net.'])(
  'weights under %s are those under none',
  async (prefix) => {
    const model = build(2);
    const { loaded, missing } = loadTorchWeights(
      model,
      renamed((key) => prefix + key),
    );
    expect([loaded.length, missing]).toEqual([weights.size, []]);
    expectSame(await torchStateDict(model), weights);
    model.dispose();
  },
);

test('an encoder under a wrapper is one too, with its head left out', async () => {
  const model = build(2);
  const encoder = new Map(
    [...weights]
      .filter(([key]) => key.startsWith('encoder.'))
      .map(([key, tensor]) => [`module.${key.slice('encoder.'.length)}`, tensor] as const),
  );
  const head = { shape: [1], data: new Float32Array(1) };
  const { ignored, missing } = loadTorchWeights(
    model,
    new Map([...encoder, ['module.fc.bias', head]]),
  );
  expect(ignored).toEqual(['module.fc.bias']);
  expect(missing.every((key) => !key.startsWith('encoder.'))).toBe(true);
  model.dispose();
});

test('what is beside the network under a wrapper is told of, and nothing is loaded', async () => {
  const model = build(2);
  const before = await torchStateDict(model);
  const beside = renamed((key) => `model.${key}`).set('loss.weight', {
    shape: [1],
    data: new Float32Array(1),
  });
  expect(() => loadTorchWeights(model, beside)).toThrow(
    /no weight for 1 of \d+ keys, first 'loss\.weight'; .* leave these keys out/,
  );
  expectSame(await torchStateDict(model), before);
  model.dispose();
});

test('a few names that look like a wrapper’s are none', () => {
  const model = build(2);
  const [key, tensor] = [...weights][0]!;
  const odd = new Map(weights);
  odd.delete(key);
  odd.set(`net.${key}`, tensor);
  expect(() => loadTorchWeights(model, odd)).toThrow(`first 'net.${key}'`);
  model.dispose();
});

test('what a file of weights of this project holds is taken, the optimizer’s slots left out', async () => {
  const model = build(2);
  const own = await storedTensors(
    namedWeights(source).map(({ name, variable }) => [name, variable as Tensor] as const),
  );
  own.set('optimizer/encoder.conv1/kernel/m', { shape: [1], data: new Float32Array(1) });
  const { ignored, missing } = loadTorchWeights(model, own);
  expect([ignored, missing]).toEqual([['optimizer/encoder.conv1/kernel/m'], []]);
  expectSame(await torchStateDict(model), weights);
  own.set('encoder.other/kernel', { shape: [1], data: new Float32Array(1) });
  expect(() => loadTorchWeights(model, own)).toThrow("first 'encoder.other/kernel'");
  model.dispose();
});

test('a count of values that is not the shape’s is refused', () => {
  const model = build(2);
  const [key, { shape }] = [...weights][0]!;
  const short = new Map(weights).set(key, { shape, data: new Float32Array(5) });
  expect(() => loadTorchWeights(model, short)).toThrow(/must hold \d+ values, got 5/);
  model.dispose();
});

test('options are plain JSON where every part is a name', () => {
  const options = {
    classes: 2,
    inputShape: [32, 32, 3],
    encoder: 'resnet18',
    decoder: 'fpn',
  } as const;
  expect(isModelConfig(options)).toBe(true);
  expect(isModelConfig({ ...options, attention: 'esca' })).toBe(true);
  expect(isModelConfig({ ...options, attention: () => undefined as never })).toBe(false);
  expect(isModelConfig({ ...options, encoder: { stages: [] } })).toBe(false);
  expect(isModelConfig({ ...options, decoder: undefined as never })).toBe(false);
});

test('the header of a safetensors file is padded to eight bytes, as the format asks', () => {
  for (let length = 0; length < 9; length++) {
    const file = encodeSafetensors(new Map(), { a: 'x'.repeat(length) });
    expect(file.reduce((sum, chunk) => sum + chunk.length, 0) % 8).toBe(0);
  }
});
