import { BatchNormalization, Dropout } from '@sts-net/layers-core';
import { describeBackends } from '@sts-net/testing';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { type EncoderName, efficientNet, encoders } from '../src/index.ts';
import { encoderModel } from './encoder-model.ts';

describeBackends('EfficientNet', () => {
  const block = (network: LayersModel, key: string) =>
    network.getLayer(`encoder._blocks.${key}`).getConfig();

  test('padding of strided convolutions: as TensorFlow pads the size designed for, or symmetric', () => {
    const pads = (name: EncoderName, keys: readonly string[]) => {
      const { network } = encoderModel(name);
      const found = keys.map((key) => network.getLayer(`encoder.${key}`).getConfig()['padding']);
      network.dispose();
      return found;
    };
    const of = (n: number) => `_blocks.${n}._depthwise_conv`;
    // 224 → 112 → 56 → 28 → 14 → 7: every size is even.
    expect(pads('efficientnet-b0', ['_conv_stem', of(1), of(3), of(5), of(11)])).toEqual([
      [0, 1, 0, 1],
      [0, 1, 0, 1],
      [1, 2, 1, 2],
      [0, 1, 0, 1],
      [1, 2, 1, 2],
    ]);
    // 380 → 190 → 95 → 48 → 24 → 12: 95 is odd.
    expect(pads('efficientnet-b4', [of(2), of(6), of(10), of(22)])).toEqual([
      [0, 1, 0, 1],
      [2, 2, 2, 2],
      [0, 1, 0, 1],
      [1, 2, 1, 2],
    ]);
    expect(pads('torchvision-efficientnet-b0', ['_conv_stem', of(3)])).toEqual([
      [1, 1, 1, 1],
      [2, 2, 2, 2],
    ]);
  });

  test('the variants of b0 have their own epsilon and momentum', () => {
    const numbers = (['efficientnet-b0', 'torchvision-efficientnet-b0'] as const).map((name) => {
      const { network } = encoderModel(name);
      const { epsilon, momentum } = block(network, '4._bn1');
      network.dispose();
      return [epsilon, momentum];
    });
    expect(numbers).toEqual([
      [1e-3, 0.01],
      [1e-5, 0.1],
    ]);
  });

  test('alone states an epsilon, which all its batch normalisations have', () => {
    const stated = Object.entries(encoders).filter(([, { epsilon }]) => epsilon !== undefined);
    expect(stated.map(([name]) => name)).toEqual([
      ...[0, 1, 2, 3, 4].map((i) => `efficientnet-b${i}`),
      'torchvision-efficientnet-b0',
    ]);
    const small = { width: 0.25, depth: 0.1, stageBegins: [2, 3, 4] } as const;
    for (const spec of [efficientNet({ ...small, epsilon: 0.5 }), efficientNet(small)]) {
      const { network } = encoderModel(spec);
      const normalizations = network.layers.filter((one) => one instanceof BatchNormalization);
      expect(new Set(normalizations.map(({ epsilon }) => epsilon))).toEqual(
        new Set([spec.epsilon]),
      );
      network.dispose();
    }
  });

  test('output stride 8: blocks from the first of 80 channels on are dilated, padded evenly', () => {
    const { network } = encoderModel('efficientnet-b0', { outputStride: 8 });
    const found = Array.from({ length: 16 }, (_, i) => block(network, `${i}._depthwise_conv`));
    const dilations = found.map(({ dilations }) => (dilations as number[])[0]);
    expect(dilations).toEqual([...Array(5).fill(1), ...Array(4).fill(2), ...Array(7).fill(4)]);
    expect(found[5]).toMatchObject({ strides: [1, 1], padding: [2, 2, 2, 2] });
    expect(found[11]).toMatchObject({ strides: [1, 1], padding: [8, 8, 8, 8] });
    network.dispose();
  });

  test('stochastic depth: the rate grows with the block, each with a seed of its own', () => {
    const { network } = encoderModel('efficientnet-b0', { seed: 3 });
    const drops = network.layers.filter((layer) => layer instanceof Dropout);
    expect(drops.map(({ name, rate }) => [name.split('.')[2], rate])).toEqual(
      [2, 4, 6, 7, 9, 10, 12, 13, 14].map((i) => [String(i), (0.2 * i) / 16]),
    );
    expect(new Set(drops.map(({ seed }) => seed)).size).toBe(drops.length);
    expect(new Set(drops.map(({ unit }) => unit))).toEqual(new Set(['image']));
    network.dispose();
  });
}, ['wasm']);
