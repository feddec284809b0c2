import { useBackend } from '@sts-net/backend';
import { damagedJson, drawing, fuzzLane, unclear } from '@sts-net/testing';
import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import type { StoredTensor } from '../src/bytes/stored-tensor.ts';
import {
  createModel,
  type OwnNetwork,
  predictorOf,
  rebuildNetwork,
  storedTensors,
  weightTensors,
} from '../src/index.ts';

/**
 * Damaged topologies; `FUZZ_CASES=5000 npx vitest run packages/model/test/rebuild` runs the whole lane. `FUZZ_SEED`
 * draws other cases.
 */
const { cases: CASES, seed: SEED } = fuzzLane(300);

/** A network with a network in it, one whose layers follow one another, and a layer that is called twice. */
function own(): LayersModel {
  const at = (x: SymbolicTensor | SymbolicTensor[], layer: layers.Layer) =>
    layer.apply(x) as SymbolicTensor;
  const conv = (name: string, filters: number) =>
    layers.conv2d({ name, filters, kernelSize: 3, padding: 'same', activation: 'relu' });
  const inside = input({ shape: [null, null, 4], name: 'inside' });
  const half = at(inside, layers.maxPooling2d({ poolSize: 2, name: 'half' }));
  const whole = at(at(half, conv('low', 4)), layers.upSampling2d({ size: [2, 2], name: 'whole' }));
  const nested = model({ inputs: inside, outputs: whole, name: 'nested' });
  const shared = conv('shared', 4);
  const image = input({ shape: [null, null, 3], name: 'image' });
  const stem = at(at(image, conv('stem', 4)), layers.batchNormalization({ name: 'stem_norm' }));
  const twice = at(at(stem, shared), shared);
  const both = at([at(stem, nested), twice], layers.concatenate({ name: 'both' }));
  return model({ inputs: image, outputs: at(both, conv('head', 2)), name: 'own' });
}

let tensors: ReadonlyMap<string, StoredTensor>;
let network: OwnNetwork & { readonly topology: { config: { layers: LayerJson[] } } };
let predicted: Float32Array;

interface LayerJson {
  name: string;
  config: Record<string, unknown>;
  inbound_nodes: [string, number, number, object][][];
}

const images = Float32Array.from({ length: 8 * 8 * 3 }, (_, i) => Math.sin(i));
const rebuilt = async (one: OwnNetwork): Promise<Float32Array> => {
  const made = await rebuildNetwork(one, 3, tensors, "'own.safetensors'");
  try {
    return await predictorOf(made).logits(images, [1, 8, 8, 3]);
  } finally {
    made.dispose();
  }
};
/** The network with one of its layers changed. */
const changed = (name: string, change: (layer: LayerJson) => void): OwnNetwork => {
  const copy = structuredClone(network);
  change(copy.topology.config.layers.find((layer) => layer.name === name)!);
  return copy;
};

beforeAll(async () => {
  await useBackend('cpu');
  const made = own();
  tensors = await storedTensors(weightTensors(made));
  const topology = made.toJSON(undefined, false) as never;
  network = JSON.parse(JSON.stringify({ classes: 2, topology }));
  predicted = await predictorOf(made).logits(images, [1, 8, 8, 3]);
});

test('a network of one’s own is what it was', async () => {
  expect(await rebuilt(network)).toEqual(predicted);
});

test('layers that follow one another are made, alone and in a network', async () => {
  const chain = (name: string, channels: number) =>
    sequential({
      name,
      layers: [
        layers.conv2d({
          ...{ name: `${name}_first`, filters: 4, kernelSize: 3, padding: 'same' },
          inputShape: [null, null, channels],
        }),
        layers.conv2d({ name: `${name}_last`, filters: 2, kernelSize: 1 }),
      ],
    });
  const image = input({ shape: [null, null, 3], name: 'photograph' });
  const stem = layers.conv2d({ name: 'before', filters: 4, kernelSize: 1 }).apply(image);
  const twice = chain('inner', 4).apply(stem) as SymbolicTensor;
  const within = model({ inputs: image, outputs: twice, name: 'around' });
  for (const made of [chain('alone', 3), within]) {
    const topology = JSON.parse(JSON.stringify(made.toJSON(undefined, false)));
    const weights = await storedTensors(weightTensors(made));
    const again = await rebuildNetwork({ classes: 2, topology }, 3, weights, 'file');
    const logits = (one: LayersModel) => predictorOf(one).logits(images, [1, 8, 8, 3]);
    expect(await logits(again)).toEqual(await logits(made));
  }
});

describe('a network of one’s own is refused by name', () => {
  const refused: [string, () => OwnNetwork, string][] = [
    [
      'where a layer takes what none gives',
      () =>
        changed('stem', (layer) => {
          layer.inbound_nodes[0]![0]![0] = 'nobody';
        }),
      'layer \'stem\' must take what layers before it give, but takes [["nobody",0,0,{}]]',
    ],
    [
      'where a layer takes what comes of it',
      () =>
        changed('stem', (layer) => {
          layer.inbound_nodes[0]![0]![0] = 'stem_norm';
        }),
      "layer 'stem' must take what layers before it give",
    ],
    [
      'where a layer takes a call that is not made',
      () =>
        changed('both', (layer) => {
          layer.inbound_nodes[0]![1]![1] = 2;
        }),
      "layer 'both' must take what layers before it give",
    ],
    [
      'where layers are called alike',
      () =>
        changed('head', (layer) => {
          layer.name = 'stem';
        }),
      "layers must have names of their own, got 'stem' and 'head'",
    ],
    [
      'where a layer of the network in it takes what none gives',
      () =>
        changed('nested', ({ config }) => {
          (config['layers'] as LayerJson[])[1]!.inbound_nodes[0]![0]![0] = 'image';
        }),
      "layer 'half' must take what layers before it give",
    ],
    [
      'where what a layer takes is no list',
      () =>
        changed('stem', (layer) => {
          (layer.inbound_nodes as unknown[])[0] = 'image';
        }),
      "layer 'stem' must say which layers it takes as lists in a list",
    ],
    [
      'where it is much larger than its weights',
      () =>
        changed('head', ({ config }) => {
          config['filters'] = 1e9;
        }),
      "but with 'kernel' [3,3,8,1000000000] of layer 'head' there are more",
    ],
    [
      'where it has other classes',
      () => ({ ...network, classes: 4 }),
      'it must make [batch, height, width, 4] of [batch, height, width, 3], but makes [[null,null,null,2]]',
    ],
  ];
  test.each(refused)('%s', async (_, change, reason) => {
    const error = await rebuilt(change()).then(
      () => expect.fail('must be refused'),
      (error: Error) => error,
    );
    expect(error).toBeInstanceOf(RangeError);
    expect(error.message).toMatch(/^'own\.safetensors': /);
    expect(error.message).toContain(reason);
  });

  test('where it does not give every pixel its classes', async () => {
    const strided = changed('head', ({ config }) => {
      config['strides'] = [2, 2];
    });
    await expect(rebuilt(strided)).rejects.toThrow(
      "network 'own' must make [1,8,8,2] of [1,8,8,3], but makes [1,4,4,2]",
    );
  });
});

test('a network by name is made in proportion to its weights', async () => {
  const settings = { encoder: 'resnet18', decoder: 'unet', attention: 'none', classes: 2 } as const;
  const made = createModel({ ...settings, inputShape: [null, null, 3] });
  const weights = await storedTensors(weightTensors(made));
  made.dispose();
  (await rebuildNetwork(settings, 3, weights, 'file')).dispose();
  await expect(
    rebuildNetwork({ ...settings, encoder: 'resnet101' }, 3, weights, "'r.safetensors'"),
  ).rejects.toThrow(/^'r\.safetensors': .*its weights must be at most 29728452 numbers, but with/);
});

test(`damaged networks of one’s own are made, or refused by name: ${CASES} cases, seed ${SEED}`, async () => {
  let made = 0;
  for (let i = 0; i < CASES; i++) {
    const draw = drawing(SEED * 1_000_003 + i);
    const topology = damagedJson(network.topology, draw) as OwnNetwork['topology'];
    const label = `case ${i} of seed ${SEED}`;
    const before = process.memoryUsage().arrayBuffers;
    try {
      const one = await rebuildNetwork({ classes: 2, topology }, 3, tensors, "'own.safetensors'");
      one.dispose();
      made++;
    } catch (error) {
      expect([label, unclear(error, 'own.safetensors')]).toEqual([label, undefined]);
    }
    expect(process.memoryUsage().arrayBuffers - before, label).toBeLessThan(2 ** 27);
  }
  expect(made).toBeGreaterThan(CASES / 50);
  expect(made).toBeLessThan(CASES);
});
