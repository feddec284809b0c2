import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { useBackend } from '@sts-net/backend';
import {
  golden,
  nchwValues,
  recipeStateDict,
  signedNchw,
  type TorchTensor,
} from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { createModel, loadTorchWeights, type PairOptions } from '../src/index.ts';
import { blankModel, goldenOptions, goldenStateDict } from './golden-models.ts';

beforeAll(async () => {
  await useBackend('wasm');
});

const shapes = golden('state-dict-shapes');
const isCounter = (key: string) => key.endsWith('num_batches_tracked');
const isHead = (key: string) => /^(fc|classifier|last_linear|_fc)\./.test(key);

/** The listed tensors, values by the recipe, batch counters included as files have them. */
function listed(name: string): Map<string, TorchTensor> {
  const weights = recipeStateDict(shapes[name]);
  for (const key of Object.keys(shapes[name]).filter(isCounter)) {
    weights.set(key, { shape: [], data: Float32Array.of(1) });
  }
  return weights;
}

/** A digest of each weight. */
async function digests(model: LayersModel): Promise<Record<string, string>> {
  const entries = model.weights.map(async (weight) => {
    const values = await weight.read().data<'float32'>();
    return [weight.originalName, createHash('sha1').update(values).digest('hex')];
  });
  return Object.fromEntries(await Promise.all(entries));
}

function options(encoder: string): PairOptions {
  return { encoder, decoder: 'unet', classes: 2, inputShape: [null, null, 3] } as PairOptions;
}

function model(encoder: string, more: Partial<PairOptions> = {}) {
  return createModel({ ...options(encoder), ...more });
}

/** The encoder that a file is for, where it is not called by the same name. */
const encoderOf: Readonly<Record<string, string>> = {
  mobilenetv2_100: 'mobilenet_v2',
  efficientnet_b0: 'torchvision-efficientnet-b0',
  tf_efficientnet_b0: 'efficientnet-b0',
};
const files = Object.keys(shapes);
const decoderFiles = files.filter((file) => file.startsWith('smp-model/'));
const segmentation = 'torchvision/deeplabv3_resnet50 (21 classes, aux)';
const encoderFiles = files.filter((file) => !decoderFiles.includes(file) && file !== segmentation);

test.each(encoderFiles)('golden: every key of %s is taken or ignored for a reason', (file) => {
  const name = file.split('/')[1]!;
  const network = blankModel(options(encoderOf[name] ?? name));
  const weights = listed(file);
  const { loaded, ignored, missing } = loadTorchWeights(network, weights);
  expect([...loaded, ...ignored].sort()).toEqual([...weights.keys()].sort());
  expect(ignored.filter((key) => !isCounter(key) && !isHead(key))).toEqual([]);
  expect(missing.filter((key) => key.startsWith('encoder.'))).toEqual([]);
  expect(missing).toContain('segmentation_head.0.bias');
  network.dispose();
});

test.each(decoderFiles)('golden: every key of %s is taken or ignored for a reason', (file) => {
  const [, architecture] = file.split('/');
  const network = blankModel(goldenOptions(`${architecture}/resnext50_32x4d`));
  const weights = listed(file);
  const { loaded, ignored, missing } = loadTorchWeights(network, weights);
  expect([...loaded, ...ignored].sort()).toEqual([...weights.keys()].sort());
  expect(ignored.filter((key) => !isCounter(key))).toEqual([]);
  expect(missing.filter((key) => !key.startsWith('encoder.'))).toEqual([]);
  network.dispose();
});

test('timm’s MobileNetV2 puts the same values in the same places as torchvision’s', async () => {
  // Both list their parameters in the same order, so tensors are equal in pairs.
  const timm = listed('timm/mobilenetv2_100');
  const torchvision = [...listed('torchvision/mobilenet_v2')].filter(([key]) => !isHead(key));
  const renamed = new Map(
    [...timm.keys()].filter((key) => !isHead(key)).map((key, i) => [key, torchvision[i]![1]]),
  );
  const [one, other] = [model('mobilenet_v2'), model('mobilenet_v2')];
  loadTorchWeights(one, renamed);
  loadTorchWeights(other, new Map(torchvision));
  expect(await digests(one)).toEqual(await digests(other));
  one.dispose();
  other.dispose();
});

test.each(['timm/tf_efficientnet_b0', 'timm/efficientnet_b0', 'torchvision/efficientnet_b0'])(
  'the blocks of %s are put where those of segmentation_models.pytorch are',
  async (file) => {
    // All list their parameters in the same order, so tensors are equal in pairs.
    const encoder = encoderOf[file.split('/')[1]!]!;
    const bodyOf = (name: string) => [...listed(name)].filter(([key]) => !isHead(key));
    const smp = bodyOf('smp-encoder/efficientnet-b0');
    const renamed = new Map(bodyOf(file).map(([key], i) => [key, smp[i]![1]]));
    expect(renamed.size).toBe(smp.length);
    const [one, other] = [blankModel(options(encoder)), blankModel(options(encoder))];
    loadTorchWeights(one, renamed);
    loadTorchWeights(other, new Map(smp.map(([key, tensor]) => [`encoder.${key}`, tensor])));
    expect(await digests(one)).toEqual(await digests(other));
    one.dispose();
    other.dispose();
  },
);

test.each([
  ['torchvision/efficientnet_b0', 'efficientnet-b0', /epsilon 0.00001, the model has 0.001/],
  ['smp-encoder/efficientnet-b0', 'torchvision-efficientnet-b0', /epsilon 0.001, the model has/],
])('%s is refused by %s, which normalises otherwise', (file, encoder, message) => {
  const network = blankModel(options(encoder));
  expect(() => loadTorchWeights(network, listed(file))).toThrow(message);
  network.dispose();
});

test('PSPNet ignores the stages of the encoder that it does not use, and nothing else', () => {
  const network = blankModel({ ...options('resnet50'), decoder: 'pspnet' });
  const weights = listed('torchvision/resnet50');
  const { ignored, missing } = loadTorchWeights(network, weights);
  const others = ignored.filter((key) => !isCounter(key) && !isHead(key));
  expect(others.every((key) => /^layer[34]\./.test(key))).toBe(true);
  expect(missing.filter((key) => key.startsWith('encoder.'))).toEqual([]);
  weights.set('decoder.other.weight', { shape: [1], data: new Float32Array(1) });
  expect(() => loadTorchWeights(network, weights)).toThrow(/no weight for/);
  network.dispose();
});

test('Pytorch-UNet’s names: each block’s tensors are put where the shape and order say', async () => {
  const name = 'plain-unet';
  const network = blankModel({ ...options(name), decoder: name } as PairOptions);
  // In the order of its modules: contracting path, expanding path, head; in each block its upsampling first.
  const block = (key: string, upsampled: boolean) => [
    ...(upsampled ? [`${key}.up.weight`, `${key}.up.bias`] : []),
    ...[0, 1, 3, 4].flatMap((part) => {
      const layer = `${key === 'inc' ? key : `${key}.${upsampled ? 'conv' : 'maxpool_conv.1'}`}.double_conv.${part}`;
      const values = ['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked'];
      return (part % 3 === 0 ? ['weight'] : values).map((value) => `${layer}.${value}`);
    }),
  ];
  const keys = [
    ...['inc', 'down1', 'down2', 'down3', 'down4'].flatMap((key) => block(key, false)),
    ...['up1', 'up2', 'up3', 'up4'].flatMap((key) => block(key, true)),
    ...['outc.conv.weight', 'outc.conv.bias'],
  ];
  const own = [...goldenStateDict(`${name}/${name}`)];
  const order = (key: string) => {
    const [part, , index, layer] = key.split('.') as [string, string, string, string];
    const place = ['up', 'conv1', 'bn1', 'conv2', 'bn2'].indexOf(layer);
    return (
      ['encoder', 'decoder', 'segmentation_head'].indexOf(part) * 100 +
      Number(index ?? 0) * 10 +
      place
    );
  };
  own.sort(([one], [other]) => order(one) - order(other));
  const tensors = own.map(([, tensor]) => tensor);
  const foreign = new Map(
    keys.map((key) => [
      key,
      isCounter(key) ? { shape: [], data: Float32Array.of(1) } : tensors.shift()!,
    ]),
  );
  expect(tensors).toEqual([]);
  const { loaded, ignored, missing } = loadTorchWeights(network, foreign);
  expect([loaded.length, ignored.every(isCounter), missing]).toEqual([own.length, true, []]);
  const taken = await digests(network);
  loadTorchWeights(network, goldenStateDict(`${name}/${name}`));
  expect(taken).toEqual(await digests(network));
  network.dispose();
});

describe('DeepLabV3', () => {
  const name = 'DeepLabV3/mobilenet_v2';
  const build = () => createModel(goldenOptions(name));
  const renamed = (rename: (key: string) => string) =>
    new Map([...goldenStateDict(name)].map(([key, tensor]) => [rename(key), tensor]));

  test('the numbered decoder of older versions loads as the named one', async () => {
    const [one, other] = [build(), build()];
    const old = renamed((key) =>
      key
        .replace('decoder.aspp.', 'decoder.0.')
        .replace('decoder.conv.', 'decoder.1.')
        .replace('decoder.bn.', 'decoder.2.'),
    );
    expect(old.has('decoder.1.weight')).toBe(true);
    const report = loadTorchWeights(one, old);
    expect(report).toMatchObject({ ignored: [], missing: [] });
    loadTorchWeights(other, goldenStateDict(name));
    expect(await digests(one)).toEqual(await digests(other));
    one.dispose();
    other.dispose();
  });

  test('golden: every key of torchvision’s deeplabv3_resnet50 is taken, auxiliary head apart', () => {
    const network = model('resnet50', { decoder: 'deeplabv3', classes: 21 });
    const weights = listed('torchvision/deeplabv3_resnet50 (21 classes, aux)');
    const { loaded, ignored, missing } = loadTorchWeights(network, weights);
    expect(missing).toEqual([]);
    expect([...loaded, ...ignored].sort()).toEqual([...weights.keys()].sort());
    expect(ignored.filter((key) => !isCounter(key))).toEqual(
      [...weights.keys()].filter((key) => key.startsWith('aux_classifier.') && !isCounter(key)),
    );
    network.dispose();
  });
});

test('golden: logits of torchvision’s auxiliary head, to 1e-4 of their deviation', async () => {
  const { auxiliary } = JSON.parse(
    readFileSync(
      new URL('../../training/test/fixtures/several-outputs.json', import.meta.url),
      'utf8',
    ),
  );
  const network = model('resnet50', {
    decoder: 'deeplabv3',
    classes: 21,
    dilationStyle: 'torchvision',
    auxiliaryHead: true,
  });
  const weights = listed('torchvision/deeplabv3_resnet50 (21 classes, aux)');
  const { ignored, missing } = loadTorchWeights(network, weights);
  expect([missing, ignored.filter((key) => !isCounter(key))]).toEqual([[], []]);
  const size = 64;
  const x = signedNchw('input', [1, 3, size, size]);
  const outputs = network.predict(x) as tf.Tensor4D[];
  const values = await nchwValues(outputs[1]!);
  const samples: [number, number, number, number][] = auxiliary.samples;
  expect(samples.map(([c, row, column]) => values[(c * size + row) * size + column]!)).toBeAllclose(
    samples.map(([, , , value]) => value),
    { rtol: 0, atol: 1e-4 * auxiliary.std },
  );
  tf.dispose([x, outputs]);
  network.dispose();
});

describe('kernels', () => {
  test('OIHW becomes HWIO, grouped and not', async () => {
    const network = createModel(goldenOptions('Unet/mobilenet_v2'));
    const weights = goldenStateDict('Unet/mobilenet_v2');
    loadTorchWeights(network, weights);
    for (const layer of ['encoder.features.0.0', 'encoder.features.1.conv.0.0']) {
      const { shape, data } = weights.get(`${layer}.weight`)!;
      const [outputs, inputs, height, width] = shape as [number, number, number, number];
      const kernel = await network.getLayer(layer).getWeights()[0]!.data();
      for (const [o, i, r, c] of [
        [0, 0, 0, 1],
        [3, inputs - 1, 2, 0],
        [outputs - 1, 0, 1, 2],
      ] as const) {
        expect(kernel[((r * width + c) * inputs + i) * outputs + o]).toBe(
          data[((o * inputs + i) * height + r) * width + c],
        );
      }
    }
    network.dispose();
  });
});

describe('refusals leave the model as it was', () => {
  const name = 'Unet/mobilenet_v2';
  const first = 'encoder.features.0.0.weight';

  test.each<[string, (weights: Map<string, TorchTensor>) => void, RegExp]>([
    [
      'a kernel for other input channels',
      (weights) => weights.set(first, { shape: [32, 1, 3, 3], data: new Float32Array(288) }),
      /'encoder\.features\.0\.0\.weight' must have shape \[32, 3, 3, 3\], got \[32, 1, 3, 3\]/,
    ],
    [
      'axes in another order',
      (weights) => weights.set(first, { shape: [3, 3, 3, 32], data: new Float32Array(864) }),
      /must have shape \[32, 3, 3, 3\], got \[3, 3, 3, 32\]/,
    ],
    [
      'too few values',
      (weights) => weights.set(first, { shape: [32, 3, 3, 3], data: new Float32Array(7) }),
      /must hold 864 values, got 7/,
    ],
    [
      'a key of another model',
      (weights) =>
        weights.set('encoder.layer1.0.conv1.weight', { shape: [1], data: new Float32Array(1) }),
      /no weight for 1 of \d+ keys, first 'encoder\.layer1\.0\.conv1\.weight'/,
    ],
    [
      'attention that the model has not',
      (weights) =>
        weights.set('encoder.iaff1.conv.weight', { shape: [1, 1, 3], data: new Float32Array(3) }),
      /no weight for 1 of \d+ keys, first 'encoder\.iaff1\.conv\.weight'/,
    ],
  ])('%s', async (_, spoil, message) => {
    const network = createModel(goldenOptions(name));
    const before = await digests(network);
    const weights = goldenStateDict(name);
    spoil(weights);
    expect(() => loadTorchWeights(network, weights)).toThrow(RangeError);
    expect(() => loadTorchWeights(network, weights)).toThrow(message);
    expect(await digests(network)).toEqual(before);
    network.dispose();
  });
});

test('golden: every key of the authors’ own layout of STS-Net is taken', async () => {
  const name = 'STSNet(esca k=3 shared)';
  const numbered = { aspp: '0', conv: '1', bn: '2' };
  const own = goldenStateDict(name);
  const theirs = new Map(
    [...own].map(([key, tensor]) => [
      key.replace(
        /^decoder\.(aspp|conv|bn)\./,
        (_, part: keyof typeof numbered) => `decoder.${numbered[part]}.`,
      ),
      tensor,
    ]),
  );
  expect([...theirs.keys()]).toEqual(
    expect.arrayContaining([
      'encoder.iaff5.conv.weight',
      'decoder.0.convs.4.1.weight',
      'decoder.2.running_var',
    ]),
  );
  const [one, other] = [blankModel(goldenOptions(name)), blankModel(goldenOptions(name))];
  const { loaded, ignored, missing } = loadTorchWeights(one, theirs);
  expect([loaded.length, ignored, missing]).toEqual([theirs.size, [], []]);
  loadTorchWeights(other, own);
  expect(await digests(one)).toEqual(await digests(other));
  one.dispose();
  other.dispose();
});

test('ESCA takes [1, 1, k] as PyTorch has it and [k], and nothing else', () => {
  const network = model('mobilenet_v2', { attention: { name: 'esca', kernelSize: 3 } });
  const key = 'encoder.iaff1.conv.weight';
  const load = (...shape: number[]) =>
    loadTorchWeights(network, new Map([[key, { shape, data: Float32Array.of(1, 2, 3) }]]));
  expect(load(1, 1, 3).loaded).toEqual([key]);
  expect(load(3).loaded).toEqual([key]);
  expect(() => load(3, 1, 1)).toThrow(/must have shape \[1, 1, 3\], got \[3, 1, 1\]/);
  network.dispose();
});

test('an empty map loads nothing and names everything as missing', () => {
  const network = model('mobilenet_v2');
  const report = loadTorchWeights(network, new Map());
  expect(report.loaded).toEqual([]);
  expect(report.missing).toHaveLength(network.weights.length);
  network.dispose();
});
