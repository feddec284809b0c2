import { Conv2D, Dropout, UpsampleNearest } from '@sts-net/layers-core';
import { describeBackends, describeDecoder, golden } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { input, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import {
  createDecoder,
  createSupervisedDecoder,
  type DecoderName,
  type DecoderOptions,
  type DecoderSpec,
  decoders,
  deepLabV3,
  deepLabV3Plus,
  type Feature,
  fpn,
  linkNet,
  maNet,
  pan,
  plainUNet,
  plainUNetPlusPlus,
  pspNet,
  segFormer,
  supervisedDecoders,
  uNet,
  uNetPlusPlus,
  uPerNet,
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
    ['deeplabv3plus', 'DeepLabV3Plus', [2, 4, 8, 16, 16]],
    ['unet', 'Unet', [2, 4, 8, 16, 32]],
    ['unetplusplus', 'UnetPlusPlus', [2, 4, 8, 16, 32]],
    ['pan', 'PAN', [2, 4, 8, 16, 16]],
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

  describeDecoder(
    'DeepLabV3+',
    named(deepLabV3Plus({ filters: 8, lowFilters: 4, rates: [2, 6], dropout: 0.1 })),
  );
  describeDecoder('UNet++', named(uNetPlusPlus({ filters: [16, 8, 8, 4, 4] })));
  describeDecoder('PAN', { ...named(pan({ filters: 4 })), minimumMapSize: 8 });
  describeDecoder('FPN', named(fpn({ filters: 8, segmentationFilters: 4, groups: 2 })));
  describeDecoder('LinkNet', { ...named(linkNet({ filters: 4 })), dilated: false });
  describeDecoder('MA-Net', named(maNet({ filters: [16, 8, 8, 4, 4], positionFilters: 3 })));
  describeDecoder('PSPNet', named(pspNet({ filters: 8, sizes: [1, 2] })));

  describeDecoder('SegFormer', named(segFormer({ filters: 8 })));
  describeDecoder('UPerNet', named(uPerNet({ filters: 8, sizes: [1, 2] })));

  describeDecoder('plain U-Net', named(plainUNet()));
  describeDecoder('R2U-Net', named(plainUNet({ block: 'recurrent', upsampling: 'nearest' })));
  describeDecoder('plain UNet++', named(plainUNetPlusPlus()));

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

  const small = {
    unet: uNet({ filters: [16, 8, 8, 4, 4] }),
    unetplusplus: uNetPlusPlus({ filters: [16, 8, 8, 4, 4] }),
    manet: maNet({ filters: [16, 8, 8, 4, 4], positionFilters: 3 }),
    linknet: linkNet({ filters: 4 }),
    pan: pan({ filters: 4 }),
    'plain-unet': plainUNet(),
    'plain-unetplusplus': plainUNetPlusPlus(),
    r2unet: plainUNet({ block: 'recurrent', upsampling: 'nearest' }),
  };

  test('the decoders that can be supervised are these', () => {
    expect([...supervisedDecoders].sort()).toEqual(Object.keys(small).sort());
  });

  describe.each(Object.entries(small))('deep supervision of %s', (name, spec) => {
    const strides = [2, 4, 8, 16, 32];
    const maps = {
      unetplusplus: [2, 2, 2],
      'plain-unetplusplus': [2, 2, 2],
      pan: [8, 16],
      'plain-unet': [4, 8, 16],
      r2unet: [4, 8, 16],
    } as Readonly<Record<string, readonly number[]>>;

    test('logits at the image’s size from each map on the way, the nearest first', () => {
      const features = strides.map((stride, i) => {
        const channels = 4 + 2 * i;
        return { stride, channels, tensor: input({ shape: [null, null, channels] }) };
      });
      const outputs = createSupervisedDecoder(spec, features, { classes: 3 });
      const found = spec.decode!(features, { classes: 3, dropout: undefined, seed: 0 }).maps;
      expect(found.map(({ stride }) => stride)).toEqual(maps[name] ?? [2, 4, 8, 16]);
      expect(found.map(({ channels }) => channels)).toEqual(
        found.map(({ tensor }) => tensor.shape.at(-1)),
      );
      const inputs = features
        .map(({ tensor }) => tensor)
        .filter(({ sourceLayer }) => sourceLayer.outboundNodes.length > 0);
      const network = model({ inputs, outputs: [...outputs] });
      const least = spec.minimumMapSize ?? 1;
      const x = inputs.map(({ shape, sourceLayer }) => {
        const feature = features.find(({ tensor }) => tensor.sourceLayer === sourceLayer)!;
        const sides = [64, 96].map((side) => (side * least) / feature.stride);
        return tf.ones([1, ...sides, shape.at(-1)!]);
      });
      const y = network.predict(x) as tf.Tensor[];
      expect(y.map(({ shape }) => shape)).toEqual(
        Array(found.length + 1).fill([1, 64 * least, 96 * least, 3]),
      );
      tf.dispose([x, y]);
      network.dispose();
    });

    test('the weights are those of the decoder alone, and of the heads', () => {
      const of = (outputs: readonly SymbolicTensor[], features: readonly Feature[]) => {
        const inputs = features
          .map(({ tensor }) => tensor)
          .filter(({ sourceLayer }) => sourceLayer.outboundNodes.length > 0);
        return model({ inputs, outputs: [...outputs] }).weights.map(
          ({ originalName }) => originalName,
        );
      };
      const [first, second] = [resNetFeatures(strides), resNetFeatures(strides)];
      const plain = of([createDecoder(spec, first, { classes: 2 })], first);
      const outputs = createSupervisedDecoder(spec, second, { classes: 2 });
      const heads = Array.from({ length: outputs.length - 1 }, (_, i) =>
        ['kernel', 'bias'].map((weight) => `deep_supervision.${i}.0/${weight}`),
      );
      expect(of(outputs, second).sort()).toEqual([...plain, ...heads.flat()].sort());
    });
  });

  test('a decoder without maps on the way cannot be supervised', () => {
    const features = resNetFeatures([2, 4, 8, 16, 32]);
    const message = /has none on 5 feature maps; unet, .* have them on three or more/;
    expect(() => createSupervisedDecoder('fpn', features, { classes: 2 })).toThrow(message);
    expect(() => createSupervisedDecoder(outside, features, { classes: 2 })).toThrow(message);
    const two = resNetFeatures([1, 2]);
    expect(() => createSupervisedDecoder('plain-unet', two, { classes: 2 })).toThrow(
      /has none on 2 feature maps/,
    );
  });

  describe('on an encoder without a map of stride 2', () => {
    const featuresOf = () =>
      [2, 4, 8, 16, 32].map((stride, i) => {
        const channels = 4 * i;
        return { stride, channels, tensor: input({ shape: [null, null, channels] }) };
      });

    test.each(['unetplusplus', 'linknet'] as const)('%s refuses by name', (name) => {
      const build = () => createDecoder(name, featuresOf(), { classes: 2 });
      expect(build).toThrow(
        `'${name}' needs a map of every stride, but the encoder has none of stride 2; use another encoder`,
      );
      expect(() => createSupervisedDecoder(name, featuresOf(), { classes: 2 })).toThrow(
        /none of stride 2/,
      );
    });

    const others = (Object.keys(decoders) as DecoderName[]).filter(
      (name) => !decoders[name].needsEveryMap,
    );
    test.each(others)('%s does without', (name) => {
      const spec = decoders[name];
      const features = featuresOf().slice(0, spec.depth);
      const network = decoderModel(spec, features, { classes: 2 });
      const least = spec.minimumMapSize ?? 1;
      const x = network.inputs.map(({ shape }) => {
        const { stride } = features.find(({ channels }) => channels === shape.at(-1))!;
        const sides = [32, 64].map((side) => (side * least) / stride);
        return tf.ones([1, ...sides, shape.at(-1)!]);
      });
      const y = network.predict(x) as tf.Tensor;
      expect(y.shape).toEqual([1, 32 * least, 64 * least, 2]);
      tf.dispose([x, y]);
      network.dispose();
    });
  });

  test('an unknown name lists the right ones', () => {
    expect(() => createDecoder('fcn' as DecoderName, resNetFeatures([2]), { classes: 2 })).toThrow(
      "there is no decoder 'fcn'; there are deeplabv3, deeplabv3plus, unet, unetplusplus, pan, fpn, linknet, manet, pspnet, segformer, upernet, plain-unet, plain-unetplusplus, r2unet",
    );
  });

  test('the output strides that the decoders are made for', () => {
    const strides = Object.entries(decoders).map(([name, spec]) => [name, spec.outputStride]);
    expect(Object.fromEntries(strides)).toEqual({
      deeplabv3: 8,
      deeplabv3plus: 16,
      unet: 32,
      unetplusplus: 32,
      pan: 16,
      fpn: 32,
      linknet: 32,
      manet: 32,
      pspnet: 8,
      segformer: 32,
      upernet: 32,
      'plain-unet': 32,
      'plain-unetplusplus': 32,
      r2unet: 32,
    });
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

  test.each([
    ['uNet', uNet],
    ['uNetPlusPlus', uNetPlusPlus],
    ['maNet', maNet],
  ])('%s needs one number of filters for each feature map', (_, make) => {
    expect(() =>
      createDecoder(make({ filters: [8, 4] }), resNetFeatures([2, 4, 8]), { classes: 2 }),
    ).toThrow(/`filters` must have one number for each of the 3 feature maps, got \[8, 4\]/);
  });

  test('LinkNet from the image’s own stride needs no last block; it refuses steps other than 2', () => {
    const build = (strides: readonly number[]) =>
      decoderModel('linknet', resNetFeatures(strides), { classes: 2 });
    const blocks = (strides: readonly number[]) => {
      const network = build(strides);
      const found = network.layers.filter(({ name }) => name.endsWith('.block.1.0'));
      network.dispose();
      return found.length;
    };
    expect(blocks([1, 2, 4])).toBe(2);
    expect(blocks([2, 4, 8])).toBe(3);
    expect(() => build([1, 4])).toThrow(/strides 2, 4, 8, … or 1, 2, 4, …, .* got 1, 4;/);
    expect(() => build([4, 8])).toThrow(/got 4, 8;/);
  });

  test.each(['deeplabv3plus', 'pan', 'fpn', 'upernet'] as const)(
    '%s needs two feature maps',
    (name) => {
      expect(() => createDecoder(name, resNetFeatures([2]), { classes: 2 })).toThrow(
        /needs at least 2 feature maps, got 1/,
      );
    },
  );

  test('dropout of FPN and PSPNet is of whole channels', () => {
    for (const name of ['fpn', 'pspnet'] as const) {
      const network = decoderModel(name, resNetFeatures([2, 4, 8]), { classes: 2 });
      const dropout = network.layers.find((layer) => layer instanceof Dropout)!;
      expect([dropout.rate, dropout.unit]).toEqual([0.2, 'channel']);
      network.dispose();
    }
  });
}, ['wasm']);
