import { plain, resNet } from '@sts-net/backbones';
import { useBackend } from '@sts-net/backend';
import { type DecoderName, decoders, deepLabV3, pan } from '@sts-net/decoders';
import { ESCA, esca } from '@sts-net/layers-esca';
import { saveAndLoad, signedNchw } from '@sts-net/testing';
import { memory, pad, slice, type Tensor4D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { createModel, type ModelConfig, modelStatistics, type PairOptions } from '../src/index.ts';

beforeAll(async () => {
  await useBackend('wasm');
});

const light = {
  encoder: 'mobilenet_v2',
  decoder: 'unet',
  classes: 2,
  inputShape: [null, null, 3],
} as const;

/** A network small enough to build often: any size, ESCA, DeepLabV3. */
const tiny = {
  ...light,
  encoder: resNet({ blocks: [1, 1, 1, 1], groups: 4, widthPerGroup: 2 }),
  decoder: deepLabV3({ filters: 8, rates: [1, 2] }),
} as const;

async function logits(model: LayersModel, height: number, width: number, channels = 3) {
  const x = signedNchw('input', [1, channels, height, width]);
  const y = model.predict(x) as Tensor4D;
  const values = await y.data<'float32'>();
  x.dispose();
  y.dispose();
  return { shape: y.shape, values };
}

test('any input size, padded and cropped back: odd sizes give what the padded image gives', async () => {
  const model = createModel({ ...light, attention: 'esca' });
  for (const [height, width] of [
    [33, 50],
    [1, 1],
    [64, 32],
  ] as const) {
    expect((await logits(model, height, width)).shape).toEqual([1, height, width, 2]);
  }
  // The padded image by hand: zeros below and to the right up to 64 pixels.
  const image = signedNchw('input', [1, 3, 40, 56]);
  const padded = pad(image, [
    [0, 0],
    [0, 24],
    [0, 8],
    [0, 0],
  ]);
  const whole = model.predict(padded) as Tensor4D;
  const expected = slice(whole, [0, 0, 0, 0], [1, 40, 56, 2]);
  expect((await logits(model, 40, 56)).values).toEqual(await expected.data());
  for (const tensor of [image, padded, whole, expected]) tensor.dispose();
  model.dispose();
});

test('PAN: small images are padded to what its pyramid needs', async () => {
  const model = createModel({ ...tiny, decoder: pan({ filters: 4 }) });
  expect(model.getLayer('pad').getConfig()).toMatchObject({ multiple: 16, minimum: 128 });
  expect((await logits(model, 40, 129)).shape).toEqual([1, 40, 129, 2]);
  model.dispose();
});

test('plain networks are padded to 16 pixels, whatever decoder, and take attention at five places', async () => {
  const small = plain({ filters: [2, 3, 4, 5, 6] });
  for (const decoder of ['plain-unet', 'plain-unetplusplus', 'r2unet', 'linknet'] as const) {
    const model = createModel({ ...light, encoder: small, decoder, attention: 'gct' });
    expect(model.getLayer('pad').getConfig()).toMatchObject({ multiple: 16, minimum: 16 });
    expect((await logits(model, 33, 17)).shape).toEqual([1, 33, 17, 2]);
    const places = [1, 2, 3, 4, 5].map((i) => model.getLayer(`encoder.iaff${i}`).outputShape);
    expect(places.map((shape) => (shape as number[]).at(-1))).toEqual([2, 3, 4, 5, 6]);
    model.dispose();
  }
});

test.each(Object.keys(decoders) as DecoderName[])(
  'a network with %s leaves no tensor when it is disposed of, after predictions too',
  async (decoder) => {
    for (const encoder of [plain({ filters: [2, 3, 4, 5, 6], block: 'recurrent' }), tiny.encoder]) {
      const { numTensors } = memory();
      const outputStride = decoder === 'linknet' ? 32 : 16;
      const model = createModel({ ...light, encoder, decoder, outputStride });
      await logits(model, 9, 17);
      model.dispose();
      expect(memory().numTensors).toBe(numTensors);
    }
  },
);

test('options that are undefined are as if they were not there', () => {
  const unset = { attention: undefined, outputStride: undefined, dropout: undefined };
  const model = createModel({ ...light, ...unset, dilationStyle: undefined, seed: undefined });
  expect(model.getUserDefinedMetadata()).toEqual({ 'sts-net': light });
  model.dispose();
});

test.each([
  [[40, 24, 1], 1],
  [[null, 24, 4], 7],
  [[40, null, 2], 2],
] as const)('input %o, %d classes', async (inputShape, classes) => {
  const model = createModel({ ...tiny, inputShape, classes });
  expect(model.inputs[0]!.shape).toEqual([null, ...inputShape]);
  expect(model.outputs[0]!.shape).toEqual([null, inputShape[0], inputShape[1], classes]);
  expect((await logits(model, 40, 24, inputShape[2])).shape).toEqual([1, 40, 24, classes]);
  model.dispose();
});

describe('attention', () => {
  const layers = (attention: PairOptions['attention']) => {
    const model = createModel({ ...tiny, attention });
    const found = model.layers.filter((layer) => layer instanceof ESCA);
    model.dispose();
    return found.map(({ name, kernelSize, activation, seed, weights }) => ({
      name,
      kernelSize,
      activation,
      seed,
      taps: weights[0]!.shape[0],
    }));
  };

  test('none is the default', () => {
    expect(layers(undefined)).toEqual([]);
    expect(layers('none')).toEqual([]);
  });

  test('esca: adaptive kernels after each feature map, each with a seed of its own', () => {
    const found = layers('esca');
    expect(found.map(({ name }) => name)).toEqual([1, 2, 3, 4, 5].map((i) => `encoder.iaff${i}`));
    expect(found.map(({ taps }) => taps)).toEqual([3, 5, 5, 5, 7]);
    expect(new Set(found.map(({ seed }) => seed)).size).toBe(5);
  });

  test.each([
    ['se', 696_832],
    [{ name: 'se', useBias: true }, 700_980],
    ['cbam', 697_322],
    ['gct', 11_712],
    ['srm', 15_616],
  ] as const)(
    '%o: after each feature map, %d parameters at the channels of a ResNet',
    async (attention, parameters) => {
      const [without, model] = [createModel(tiny), createModel({ ...tiny, attention })];
      const [before, after] = [modelStatistics(without), modelStatistics(model)];
      expect(after.parameters - before.parameters).toBe(parameters);
      expect(after.uncounted).toEqual([]);
      expect(after.multiplyAdds).toBeGreaterThanOrEqual(before.multiplyAdds);
      const places = [1, 2, 3, 4, 5].map((i) => model.getLayer(`encoder.iaff${i}`).getClassName());
      expect(new Set(places).size).toBe(1);
      const loaded = await saveAndLoad(model);
      expect((await logits(loaded, 32, 64)).values).toEqual((await logits(model, 32, 64)).values);
      for (const one of [without, model, loaded]) one.dispose();
    },
  );

  test('esca with options, and a function of one’s own, give the layers asked for', () => {
    const options = layers({ name: 'esca', kernelSize: 3, activation: 'relu' });
    expect(options.map(({ taps, activation }) => [taps, activation])).toEqual(
      Array(5).fill([3, 'relu']),
    );
    const own = layers((channels) => esca({ kernelSize: channels > 300 ? 9 : 1 }));
    expect(own.map(({ taps }) => taps)).toEqual([1, 1, 9, 9, 9]);
    expect(own[0]!.name).toBe('encoder.iaff1');
  });
});

test('options reach the parts: output stride, dilation, dropout, seed', async () => {
  const build = (options: Partial<PairOptions>) =>
    createModel({ ...tiny, ...options } as PairOptions);
  const dilations = (model: LayersModel, name: string) =>
    (model.getLayer(`encoder.${name}.conv2`) as unknown as { dilations: number[] }).dilations[0];
  const usual = build({});
  expect([dilations(usual, 'layer3.0'), dilations(usual, 'layer4.0')]).toEqual([2, 4]);
  const torchvision = build({ dilationStyle: 'torchvision' });
  expect([dilations(torchvision, 'layer3.0'), dilations(torchvision, 'layer4.0')]).toEqual([1, 2]);
  const at32 = build({ outputStride: 32, dropout: 0.25 });
  expect(dilations(at32, 'layer4.0')).toBe(1);
  expect(at32.layers.find(({ name }) => name === 'pad')!.getConfig()).toMatchObject({
    multiple: 32,
  });
  const dropout = at32.getLayer('decoder.aspp.project.3').getConfig();
  expect(dropout).toMatchObject({ rate: 0.25 });
  const same = build({ seed: 0 });
  const other = build({ seed: 1 });
  const [a, b, c] = await Promise.all([usual, same, other].map((model) => logits(model, 32, 32)));
  expect(b!.values).toEqual(a!.values);
  expect(c!.values).not.toEqual(a!.values);
  for (const model of [usual, torchvision, at32, same, other]) model.dispose();
});

test('JSON keeps names and logits; the options are in the metadata and make the model again', async () => {
  const config: ModelConfig = { ...light, attention: { name: 'esca', kernelSize: 3 }, seed: 4 };
  const model = createModel(config);
  const loaded = await saveAndLoad(model);
  const names = ({ layers, weights }: LayersModel) => [
    layers.map(({ name }) => name),
    weights.map(({ originalName }) => originalName),
  ];
  expect(names(loaded)).toEqual(names(model));
  const expected = await logits(model, 40, 32);
  expect((await logits(loaded, 40, 32)).values).toEqual(expected.values);

  const metadata = loaded.getUserDefinedMetadata() as { 'sts-net': unknown };
  expect(metadata['sts-net']).toEqual(config);
  const rebuilt = createModel(metadata['sts-net'] as ModelConfig);
  expect(names(rebuilt)).toEqual(names(model));
  expect((await logits(rebuilt, 40, 32)).values).toEqual(expected.values);
  for (const one of [model, loaded, rebuilt]) one.dispose();
});

test('every layer has a name that does not depend on what was built before', () => {
  const first = createModel(tiny);
  const second = createModel(tiny);
  expect(second.layers.map(({ name }) => name)).toEqual(first.layers.map(({ name }) => name));
  first.dispose();
  second.dispose();
});

test.each<[Record<string, unknown>, RegExp]>([
  [
    { encoder: 'resnet51' },
    /encoder: expected one of "mobilenet_v2".*"resnext50_32x4d".* got "resnet51"/,
  ],
  [{ encoder: 'toString' }, /encoder: expected one of/],
  [{ encoder: {} }, /encoder: expected one of/],
  [
    { decoder: 'deeplabv4' },
    /decoder: expected one of "deeplabv3", .*"pspnet", .* got "deeplabv4"/,
  ],
  [{ decoder: undefined }, /decoder: expected one of .* got nothing/],
  [{ attention: 'eca' }, /attention: .*"none", "esca", "se", "cbam", "gct", "srm".* got "eca"/],
  [{ attention: { name: 'se', kernelSize: 3 } }, /attention\.kernelSize: unknown key/],
  [{ attention: { name: 'esca', kernel: 3 } }, /attention\.kernel: unknown key/],
  [{ classes: 0 }, /classes: expected integer of at least 1, got 0/],
  [{ inputShape: [64, 64] }, /inputShape/],
  [{ inputShape: [64, 64, null] }, /inputShape\[2\]: expected/],
  [{ outputStride: 4 }, /outputStride: expected one of 8, 16, 32, got 4/],
  [{ dropout: 1 }, /dropout: expected number of less than 1, got 1/],
  [{ dilation: 2 }, /dilation: unknown key/],
])('%o is refused', (wrong, message) => {
  const options = { ...light, ...wrong } as unknown as PairOptions;
  expect(() => createModel(options)).toThrow(TypeError);
  expect(() => createModel(options)).toThrow(message);
});
