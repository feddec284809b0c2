import { Conv2D } from '@sts-net/layers-core';
import { describeBackends, describeEncoder, golden } from '@sts-net/testing';
import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import {
  createEncoder,
  type EncoderName,
  type EncoderOptions,
  type EncoderSpec,
  encoders,
  mobileNetV2,
  resNet,
} from '../src/index.ts';

function encoderModel(encoder: EncoderName | EncoderSpec, options?: Partial<EncoderOptions>) {
  const image = input({ shape: [null, null, 3] });
  const { features } = createEncoder(encoder, { input: image, ...options });
  const outputs = features.map(({ tensor }) => tensor);
  return { features, network: model({ inputs: image, outputs }) };
}

const torchShape = (shape: readonly (number | null)[]) =>
  shape.length === 4 ? [shape[3], shape[2], shape[0], shape[1]] : shape;

const parts = {
  kernel: 'weight',
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

describeBackends('encoders', () => {
  describe.each(Object.keys(encoders) as EncoderName[])('%s', (name) => {
    test('golden: channels, parameters and every key and shape of its PyTorch state dict', () => {
      const { params, out_channels } = golden('params-macs').encoders[name];
      const { features, network } = encoderModel(name);
      expect(features.map(({ channels }) => channels)).toEqual(out_channels.slice(1));
      const listed = Object.entries(golden('state-dict-shapes')[`smp-encoder/${name}`])
        .filter(([key]) => !key.endsWith('num_batches_tracked'))
        .map(([key, shape]) => [`encoder.${key}`, shape]);
      expect(stateDict(network)).toEqual(Object.fromEntries(listed));
      const trainable = network.trainableWeights.map(({ shape }) =>
        (shape as number[]).reduce((a, b) => a * b),
      );
      expect(trainable.reduce((a, b) => a + b)).toBe(params);
      network.dispose();
    });
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

  describeEncoder('MobileNetV2', {
    create: named(mobileNetV2()),
    strides: [2, 4, 8, 16, 32],
    channels: [16, 24, 32, 96, 1280],
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
        `there is no encoder '${name}'; there are mobilenet_v2, resnet50, resnext50_32x4d`,
      );
    }
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
