import { useBackend } from '@sts-net/backend';
import { createNetwork, m2SNet, type NetworkSpec } from '@sts-net/networks';
import { input, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  createModel,
  type ModelOptions,
  type ModelSettings,
  namedWeights,
  withoutInitialValues,
} from '../src/index.ts';
import { partsOf } from '../src/network/model-parts.ts';

beforeAll(async () => {
  await useBackend('wasm');
});

const common = { classes: 3, inputShape: [null, null, 2], seed: 5 } as const;
const blank = (options: object) =>
  withoutInitialValues(() => createModel({ ...common, ...options } as unknown as ModelOptions));

describe('a whole network by name', () => {
  test('is the one of createNetwork, from the same numbers, and says what it is', async () => {
    const options = { ...common, network: 'denseaspp121' } as const;
    const [made, direct] = [createModel(options), createNetwork('denseaspp121', common)];
    const [ours, theirs] = [made, direct].map(namedWeights);
    expect(ours!.map(({ name }) => name)).toEqual(theirs!.map(({ name }) => name));
    for (const [i, { variable }] of ours!.entries()) {
      expect(await variable.data()).toEqual(await theirs![i]!.variable.data());
    }
    expect(made.outputs[0]!.shape).toEqual([null, null, null, 3]);
    expect(made.getUserDefinedMetadata()).toEqual({
      'sts-net': { ...options, inputShape: [null, null, 2] },
    });
    expect(partsOf(made)).toBeUndefined();
    made.dispose();
    direct.dispose();
  });

  test('takes settings of its own beside its name', () => {
    const network = { name: 'denseaspp121', outputStride: 16 } as const;
    const made = blank({ network });
    expect(made.getLayer('features.up')).toBeDefined();
    expect(made.getUserDefinedMetadata()).toMatchObject({ 'sts-net': { network } });
    made.dispose();
  });

  test('may be a spec of one’s own, of which nothing is kept as data', () => {
    const own: NetworkSpec = {
      create({ classes = 2, inputShape }) {
        const image = input({ shape: [...inputShape] });
        const head = layers.conv2d({ name: 'head', filters: classes, kernelSize: 1 });
        return model({ inputs: image, outputs: head.apply(image) as SymbolicTensor });
      },
    };
    const made = blank({ network: own });
    expect(made.outputs[0]!.shape.at(-1)).toBe(3);
    expect(made.getUserDefinedMetadata()).toBeUndefined();
    const whole = blank({ network: { create: m2SNet } });
    expect(whole.getLayer('resnet.fc')).toBeDefined();
    made.dispose();
    whole.dispose();
  });

  test.each([
    ['encoder', 'resnet50'],
    ['decoder', 'unet'],
    ['attention', 'esca'],
    ['outputStride', 8],
    ['dilationStyle', 'smp'],
    ['deepSupervision', true],
    ['auxiliaryHead', { stage: 3 }],
    ['dropout', 0.1],
  ])('refuses %s, which only a pair has, by name', (name, value) => {
    expect(() => blank({ network: 'm2snet', [name]: value })).toThrow(
      new TypeError(
        `\`createModel\`: ${name}: expected nothing beside \`network\`, which is no pair, got ${JSON.stringify(value)}`,
      ),
    );
  });

  test.each([
    [{ network: 'm3snet' }, /network: expected one of "m2snet", .*, got "m3snet"/],
    [{ network: { name: 'm3snet' } }, /network\.name: expected one of "m2snet", .*, got "m3snet"/],
    [
      { network: { name: 'denseaspp121', stride: 8 } },
      /network\.stride: unknown key; known are name, outputStride, alignCorners, dropout/,
    ],
    [{ network: { name: 'm2snet', dropout: 0 } }, /network\.dropout: unknown key; known are name/],
    [{ network: 'm2snet', classes: 0 }, /classes: expected integer of at least 1, got 0/],
    [{ network: 'm2snet', depth: 4 }, /depth: unknown key/],
    [{}, /encoder: expected one of "mobilenet_v2", .*, got nothing/],
  ])('refuses %j', (options, message) => {
    expect(() => blank(options)).toThrow(message);
  });

  test('of createNetwork refuses settings that it does not have', () => {
    const make = (network: object) => () => createNetwork(network as { name: 'm2snet' }, common);
    expect(make({ name: 'm2snet', dropout: 0 })).toThrow(
      /'m2snet' has no setting 'dropout'; it has none/,
    );
    expect(make({ name: 'denseaspp121', stride: 8 })).toThrow(
      /no setting 'stride'; it has outputStride, alignCorners, dropout/,
    );
  });
});

test('types: a pair and a whole network exclude one another', () => {
  const settings: ModelSettings = { network: 'm2snet', classes: 2 };
  // @ts-expect-error A whole network has no encoder.
  const both: ModelSettings = { ...settings, network: 'm2snet', encoder: 'resnet50' };
  expect(both).toBeDefined();
});
