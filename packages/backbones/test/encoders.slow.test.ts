import { Conv2D, Kaiming } from '@sts-net/layers-core';
import { describeBackends, describeEncoder, golden } from '@sts-net/testing';
import { zeros } from '@tensorflow/tfjs-core';
import { type LayersModel, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, test, vi } from 'vitest';
import {
  createEncoder,
  denseNet,
  dualPathNetwork,
  type EncoderName,
  type EncoderOptions,
  type EncoderSpec,
  efficientNet,
  mixTransformer,
  mobileNetV2,
  plain,
  res2Net,
  resNet,
} from '../src/index.ts';
import { encoderModel } from './encoder-model.ts';

const torchShape = (shape: readonly (number | null)[]) =>
  shape.length === 4 ? [shape[3], shape[2], shape[0], shape[1]] : shape;

const parts = {
  kernel: 'weight',
  bias: 'bias',
  gamma: 'weight',
  beta: 'bias',
  movingMean: 'running_mean',
  movingVariance: 'running_var',
};

/** Shapes by PyTorch key. */
function stateDict({ weights }: LayersModel) {
  return Object.fromEntries(
    weights.map(({ originalName, shape }) => {
      const [layer, name] = originalName.split('/') as [string, keyof typeof parts];
      return [`${layer}.${parts[name]}`, torchShape(shape)];
    }),
  );
}

/** Numbers that are not running statistics. */
function parameterCount({ weights }: LayersModel): number {
  return weights
    .filter(({ originalName }) => !originalName.includes('/moving'))
    .reduce((sum, { shape }) => sum + (shape as number[]).reduce((a, b) => a * b), 0);
}

describeBackends('encoders', () => {
  const listedEncoders = Object.keys(golden('params-macs').encoders) as EncoderName[];
  describe.each(listedEncoders)('%s', (name) => {
    test('golden: channels, parameters and every key and shape of its PyTorch state dict', () => {
      const { params, out_channels } = golden('params-macs').encoders[name];
      const { features, network } = encoderModel(name);
      expect(features.map(({ channels }) => channels)).toEqual(out_channels.slice(1));
      const listed = Object.entries(golden('state-dict-shapes')[`smp-encoder/${name}`])
        .filter(([key]) => !key.endsWith('num_batches_tracked'))
        .map(([key, shape]) => [`encoder.${key}`, shape]);
      expect(stateDict(network)).toEqual(Object.fromEntries(listed));
      expect(parameterCount(network)).toBe(params);
      network.dispose();
    });
  });

  // What torchvision publishes for each, less its classification layer.
  test.each([
    ['resnet18', 11_689_512 - 513_000, [64, 64, 128, 256, 512]],
    ['resnet34', 21_797_672 - 513_000, [64, 64, 128, 256, 512]],
    ['resnet101', 44_549_160 - 2_049_000, [64, 256, 512, 1024, 2048]],
    ['resnext101_32x8d', 88_791_336 - 2_049_000, [64, 256, 512, 1024, 2048]],
    ['torchvision-efficientnet-b0', 5_288_548 - 1_281_000, [32, 24, 40, 112, 320]],
    ['efficientnet-b1', 7_794_184 - 1_281_000, [32, 24, 40, 112, 320]],
    ['efficientnet-b2', 9_109_994 - 1_409_000, [32, 24, 48, 120, 352]],
    ['efficientnet-b3', 12_233_232 - 1_537_000, [40, 32, 48, 136, 384]],
    ['efficientnet-b4', 19_341_616 - 1_793_000, [48, 32, 56, 160, 448]],
  ] as const)('published: %s has %d parameters and channels %o', (name, parameters, channels) => {
    // Only shapes matter, and drawing a hundred million numbers takes long.
    const draw = vi
      .spyOn(Kaiming.prototype, 'apply')
      .mockImplementation((shape) => zeros(shape as number[]));
    const { features, network } = encoderModel(name);
    expect(parameterCount(network)).toBe(parameters);
    expect(features.map((feature) => feature.channels)).toEqual(channels);
    expect(features.map(({ stride }) => stride)).toEqual([2, 4, 8, 16, 32]);
    network.dispose();
    draw.mockRestore();
  });

  const named = (spec: EncoderSpec) => (options: EncoderOptions) => createEncoder(spec, options);

  describeEncoder('ResNet', {
    create: named(resNet({ blocks: [1, 2, 1, 1], widthPerGroup: 4 })),
    strides: [2, 4, 8, 16, 32],
    channels: [64, 256, 512, 1024, 2048],
  });

  describeEncoder('ResNeXt', {
    create: named(resNet({ blocks: [1, 1, 1, 1], groups: 8, widthPerGroup: 2 })),
    strides: [2, 4, 8, 16, 32],
    channels: [64, 256, 512, 1024, 2048],
  });

  describeEncoder('ResNet of basic blocks', {
    create: named(resNet({ block: 'basic', blocks: [1, 2, 1, 1] })),
    strides: [2, 4, 8, 16, 32],
    channels: [64, 64, 128, 256, 512],
  });

  describeEncoder('EfficientNet', {
    create: named(efficientNet({ width: 0.5, depth: 0.5, stageBegins: [2, 3, 5] })),
    strides: [2, 4, 8, 16, 32],
    channels: [16, 16, 24, 40, 160],
  });

  describeEncoder('dual path network', {
    create: named(
      dualPathNetwork({
        stem: 6,
        groups: 4,
        stages: [1, 2, 1, 1].map((blocks, i) => ({
          residual: 8 * (i + 1),
          increment: 2,
          width: 8,
          blocks,
        })),
      }),
    ),
    strides: [2, 4, 8, 16, 32],
    channels: [6, 8 + 6, 16 + 8, 24 + 6, 32 + 6],
  });

  describeEncoder('Res2Net', {
    create: named(res2Net({ blocks: [1, 2, 1, 1], width: 4, scale: 3 })),
    strides: [2, 4, 8, 16, 32],
    channels: [64, 256, 512, 1024, 2048],
  });

  describeEncoder('DenseNet', {
    create: named(denseNet({ growth: 4, stem: 8, layers: [1, 2, 1, 2] })),
    strides: [2, 4, 8, 16, 32],
    channels: [8, 8 + 4, 6 + 8, 7 + 4, 5 + 8],
  });

  describeEncoder('mix transformer', {
    create: named(
      mixTransformer({ channels: [4, 8, 12, 16], blocks: [1, 2, 1, 1], heads: [1, 2, 3, 4] }),
    ),
    strides: [2, 4, 8, 16, 32],
    channels: [0, 4, 8, 12, 16],
  });

  test('a mix transformer has no map of stride 2, and no attention there', () => {
    const attention = () => layers.activation({ activation: 'sigmoid' });
    const { features, network } = encoderModel('mit_b0', { attention });
    expect(features[0]!.channels).toBe(0);
    const names = network.layers.map((layer) => layer.name).filter((name) => /iaff/.test(name));
    expect(names).toEqual([2, 3, 4, 5].map((i) => `encoder.iaff${i}`));
    network.dispose();
    expect(() => encoderModel('mit_b0', { depth: 1 })).toThrow(
      /`depth` must reach a stage with a map, got 1; the encoder has none of stride 2/,
    );
  });

  describeEncoder('MobileNetV2', {
    create: named(mobileNetV2()),
    strides: [2, 4, 8, 16, 32],
    channels: [16, 24, 32, 96, 1280],
  });

  describeEncoder('plain', {
    create: named(plain({ filters: [4, 6, 8, 10, 12] })),
    strides: [1, 2, 4, 8, 16],
    channels: [4, 6, 8, 10, 12],
  });

  describeEncoder('plain with biases', {
    create: named(plain({ filters: [4, 6, 8, 10, 12], useBias: true })),
    strides: [1, 2, 4, 8, 16],
    channels: [4, 6, 8, 10, 12],
  });

  describeEncoder('recurrent plain', {
    create: named(plain({ filters: [4, 6, 8, 10, 12], block: 'recurrent' })),
    strides: [1, 2, 4, 8, 16],
    channels: [4, 6, 8, 10, 12],
  });

  /** An encoder of someone else's: two strided convolutions, strides 4 and 32. */
  const outside: EncoderSpec = {
    stages: [4, 32].map((stride, i) => ({
      stride,
      build: (x, { name, strides, dilation }) =>
        new Conv2D({
          name: name(`stage${i}`),
          filters: 4 + i,
          kernelSize: strides,
          strides,
          dilations: dilation,
        }).apply(x) as SymbolicTensor,
    })),
  };

  test('a specification from outside is an encoder like any other', () => {
    const attention = () => layers.activation({ activation: 'sigmoid' });
    const { features, network } = encoderModel(outside, { attention });
    expect(features.map(({ stride, channels }) => [stride, channels])).toEqual([
      [4, 4],
      [32, 5],
    ]);
    expect(network.layers.map(({ name }) => name).slice(1)).toEqual([
      'encoder.stage0',
      'encoder.iaff1',
      'encoder.stage1',
      'encoder.iaff2',
    ]);
    network.dispose();
  });

  test('an unknown name lists the right ones', () => {
    for (const name of ['resnet51', 'toString', '']) {
      expect(() => encoderModel(name as EncoderName)).toThrow(
        `there is no encoder '${name}'; there are mobilenet_v2, efficientnet-b0,`,
      );
    }
  });

  test('dual paths: decoders get the ReLU of what attention and the next stage take', () => {
    const attention = () => layers.activation({ activation: 'sigmoid' });
    const { features, network } = encoderModel('dpn68', { attention });
    const before = features.map(({ tensor }) => {
      const layer = tensor.sourceLayer;
      return [layer.name, layer.inboundNodes[0]!.inboundLayers[0]!.name];
    });
    expect(before.slice(1, 4)).toEqual([
      ['encoder.features.conv2.relu', 'encoder.iaff2'],
      ['encoder.features.conv3.relu', 'encoder.iaff3'],
      ['encoder.features.conv4.relu', 'encoder.iaff4'],
    ]);
    expect(before[4]).toEqual(['encoder.iaff5', 'encoder.features.conv5_bn_ac.act']);
    const next = network.getLayer('encoder.features.conv3_1.c1x1_w_s2.bn').inboundNodes[0]!;
    expect(next.inboundLayers[0]!.name).toBe('encoder.iaff2');
    network.dispose();
  });

  describe('dilation', () => {
    const convolutions = (network: LayersModel) =>
      Object.fromEntries(
        network.layers
          .filter((layer) => layer instanceof Conv2D)
          .map(({ name, strides, dilations, padding }) => [
            name.replace('encoder.', ''),
            { strides: strides[0], dilation: dilations[0], padding: padding[0] },
          ]),
      );
    const build = (encoder: EncoderSpec, options: Partial<EncoderOptions>) => {
      const { network } = encoderModel(encoder, options);
      const found = convolutions(network);
      network.dispose();
      return found;
    };
    const tiny = resNet({ blocks: [1, 1, 2, 2], widthPerGroup: 1 });

    test('smp: every block of a dilated stage has its dilation', () => {
      const at8 = build(tiny, { outputStride: 8 });
      const two = { strides: 1, dilation: 2, padding: 2 };
      const four = { strides: 1, dilation: 4, padding: 4 };
      expect([at8['layer3.0.conv2'], at8['layer3.1.conv2']]).toEqual([two, two]);
      expect([at8['layer4.0.conv2'], at8['layer4.1.conv2']]).toEqual([four, four]);
      expect(at8['layer2.0.conv2']).toEqual({ strides: 2, dilation: 1, padding: 1 });
      expect(at8['layer4.0.downsample.0']!.strides).toBe(1);
      const at16 = build(tiny, { outputStride: 16 });
      expect(at16['layer3.0.conv2']).toEqual({ strides: 2, dilation: 1, padding: 1 });
      expect([at16['layer4.0.conv2'], at16['layer4.1.conv2']]).toEqual([two, two]);
    });

    test('torchvision: the first block keeps the dilation before', () => {
      const at8 = build(tiny, { outputStride: 8, dilationStyle: 'torchvision' });
      const dilations = ['3.0', '3.1', '4.0', '4.1'].map(
        (key) => at8[`layer${key}.conv2`]!.dilation,
      );
      expect(dilations).toEqual([1, 2, 2, 4]);
    });

    test('smp: MobileNetV2 dilates blocks 7 to 13 and 14 to 17', () => {
      const at8 = build(mobileNetV2(), { outputStride: 8 });
      const dilations = Array.from({ length: 17 }, (_, i) => {
        return at8[`features.${i + 1}.conv.${i === 0 ? 0 : 1}.0`]!.dilation;
      });
      expect(dilations).toEqual([...Array(6).fill(1), ...Array(7).fill(2), ...Array(4).fill(4)]);
    });
  });
}, ['wasm']);
