import { Conv2D, Dropout, UpsampleNearest } from '@sts-net/layers-core';
import { describeBackends, describeDecoder, golden } from '@sts-net/testing';
import { input, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import {
  createDecoder,
  type DecoderName,
  type DecoderOptions,
  type DecoderSpec,
  decoders,
  deepLabV3,
  type Feature,
  uNet,
} from '../src/index.ts';

const resNetChannels = [64, 256, 512, 1024, 2048];

function resNetFeatures(strides: readonly number[]): Feature[] {
  return strides.map((stride, i) => {
    const channels = resNetChannels[i]!;
    return { stride, channels, tensor: input({ shape: [null, null, channels] }) };
  });
}

function decoderModel(
  decoder: DecoderName | DecoderSpec,
  features: readonly Feature[],
  options: DecoderOptions,
) {
  const logits = createDecoder(decoder, features, options);
  const inputs = features
    .map(({ tensor }) => tensor)
    .filter(({ sourceLayer }) => sourceLayer.outboundNodes.length > 0);
  return model({ inputs, outputs: logits });
}

const parts = {
  kernel: 'weight',
  bias: 'bias',
  gamma: 'weight',
  beta: 'bias',
  movingMean: 'running_mean',
  movingVariance: 'running_var',
};

describeBackends('decoders', () => {
  describe.each([
    ['deeplabv3', 'DeepLabV3', [2, 4, 8, 8, 8]],
    ['unet', 'Unet', [2, 4, 8, 16, 32]],
  ] as const)('%s', (name, architecture, strides) => {
    test('golden: every key and shape of its PyTorch state dict', () => {
      const network = decoderModel(name, resNetFeatures(strides), { classes: 2 });
      const received = network.weights.map(({ originalName, shape }) => {
        const [layer, weight] = originalName.split('/') as [string, keyof typeof parts];
        const torchShape = shape.length === 4 ? [shape[3], shape[2], shape[0], shape[1]] : shape;
        return [`${layer}.${parts[weight]}`, torchShape];
      });
      const listed = Object.entries(
        golden('state-dict-shapes')[`smp-model/${architecture}/resnext50_32x4d (non-encoder keys)`],
      ).filter(([key]) => !key.endsWith('num_batches_tracked'));
      expect(Object.fromEntries(received)).toEqual(Object.fromEntries(listed));
      expect(received).toHaveLength(listed.length);
      network.dispose();
    });
  });

  const named = (spec: DecoderName | DecoderSpec) => ({
    create: (features: readonly Feature[], options: DecoderOptions) =>
      createDecoder(spec, features, options),
  });

  describeDecoder('DeepLabV3', named(deepLabV3({ filters: 8, rates: [2, 6], dropout: 0.1 })));
  describeDecoder('U-Net', named(uNet({ filters: [16, 8, 8, 4, 4] })));

  /** A decoder of someone else's: a 1×1 convolution of the deepest map. */
  const outside: DecoderSpec = {
    outputStride: 32,
    build: (features, { classes }) => {
      const { tensor, stride } = features.at(-1)!;
      const head = new Conv2D({ name: 'head', filters: classes, kernelSize: 1, useBias: true });
      const logits = head.apply(tensor) as SymbolicTensor;
      return new UpsampleNearest({ name: 'up', scale: stride }).apply(logits) as SymbolicTensor;
    },
  };

  test('a specification from outside is a decoder like any other', () => {
    const network = decoderModel(outside, resNetFeatures([2, 4, 8, 16, 32]), { classes: 3 });
    expect(network.outputShape).toEqual([null, null, null, 3]);
    network.dispose();
  });

  test('an unknown name lists the right ones', () => {
    expect(() => createDecoder('fpn' as DecoderName, resNetFeatures([2]), { classes: 2 })).toThrow(
      "there is no decoder 'fpn'; there are deeplabv3, unet",
    );
  });

  test('the output strides that the decoders are made for', () => {
    expect([decoders.deeplabv3.outputStride, decoders.unet.outputStride]).toEqual([8, 32]);
  });

  test('dropout: the decoder has its own rate, which an option replaces', () => {
    const rate = (options: DecoderOptions) => {
      const spec = deepLabV3({ filters: 4, rates: [1] });
      const network = decoderModel(spec, resNetFeatures([2]), options);
      const dropout = network.layers.find((layer) => layer instanceof Dropout)!;
      network.dispose();
      return dropout.rate;
    };
    expect(rate({ classes: 2 })).toBe(0.5);
    expect(rate({ classes: 2, dropout: 0 })).toBe(0);
  });

  test('U-Net needs one number of filters for each feature map', () => {
    expect(() =>
      createDecoder(uNet({ filters: [8, 4] }), resNetFeatures([2, 4, 8]), { classes: 2 }),
    ).toThrow(/`filters` must have one number for each of the 3 feature maps, got \[8, 4\]/);
  });
}, ['wasm']);
