import {
  describeBackends,
  describeLayer,
  golden,
  nchwValues,
  signed,
  signedNchw,
} from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { input, type layers, model } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { CBAM, cbam, GCT, gct, SE, SRM, se, srm } from '../src/index.ts';

const { units } = golden('models-eval');
const name = 'layer';
const image = [2, 5, 7, 8] as const;

/** The recipe's numbers in [−1, 1) for a key, changed. */
const draw = (key: string, shape: readonly number[], change = (v: number) => v) =>
  tf.tensor(
    signed(
      key,
      shape.reduce((a, b) => a * b),
    ).map(change),
    [...shape],
  );

describeBackends('attention', () => {
  describeLayer('SE', [
    {
      title: 'defaults',
      create: () => se({ name }),
      inputShape: image,
      outputShape: image,
      weightShapes: [
        [1, 8],
        [8, 1],
      ],
      operations: { multiplyAdds: 8 + 8, other: 5 * 7 * 8 },
      torchParameters: [
        ['fc1.weight', [1, 8]],
        ['fc2.weight', [8, 1]],
      ],
    },
    {
      title: 'reduction and biases',
      create: () => new SE({ name, reduction: 2, useBias: true, seed: 4 }),
      inputShape: image,
      outputShape: image,
      weightShapes: [[4, 8], [4], [8, 4], [8]],
      operations: { multiplyAdds: 2 * 4 * 8, other: 5 * 7 * 8 },
    },
  ]);
  describeLayer('CBAM', [
    {
      title: 'defaults',
      create: () => cbam({ name }),
      inputShape: image,
      outputShape: image,
      weightShapes: [
        [1, 8],
        [8, 1],
        [7, 7, 2, 1],
      ],
      // The fully connected layers run twice; the filter over positions takes two channels.
      operations: { multiplyAdds: 2 * (8 + 8) + 5 * 7 * (7 * 7 * 2), other: 5 * 7 * 8 },
      torchParameters: [
        ['fc1.weight', [1, 8]],
        ['fc2.weight', [8, 1]],
        ['conv.weight', [1, 2, 7, 7]],
      ],
    },
    {
      title: 'reduction, kernel size and biases',
      create: () => new CBAM({ name, reduction: 4, kernelSize: 3, useBias: true, seed: 4 }),
      inputShape: image,
      outputShape: image,
      weightShapes: [[2, 8], [2], [8, 2], [8], [3, 3, 2, 1]],
      operations: { multiplyAdds: 2 * (2 * 2 * 8) + 5 * 7 * (3 * 3 * 2), other: 5 * 7 * 8 },
      torchParameters: [
        ['fc1.weight', [2, 8]],
        ['fc1.bias', [2]],
        ['fc2.weight', [8, 2]],
        ['fc2.bias', [8]],
        ['conv.weight', [1, 2, 3, 3]],
      ],
    },
  ]);
  describeLayer('GCT', [
    {
      title: 'defaults',
      create: () => gct({ name }),
      inputShape: image,
      outputShape: image,
      weightShapes: [[8], [8], [8]],
    },
    {
      title: 'epsilon',
      create: () => new GCT({ name, epsilon: 1e-3 }),
      inputShape: image,
      outputShape: image,
      weightShapes: [[8], [8], [8]],
    },
  ]);
  describeLayer('SRM', [
    {
      title: 'defaults',
      create: () => srm({ name }),
      inputShape: image,
      outputShape: image,
      weightShapes: [[8], [8], [8, 2], [8], [8]],
      operations: { multiplyAdds: 2 * 8, other: 5 * 7 * 8 },
      torchParameters: [
        ['weight', [8]],
        ['bias', [8]],
        ['cfc', [8, 2]],
        ['running_mean', [8]],
        ['running_var', [8]],
      ],
    },
    {
      title: 'epsilon and momentum',
      create: () => new SRM({ name, epsilon: 1e-3, momentum: 0.01 }),
      inputShape: image,
      outputShape: image,
      weightShapes: [[8], [8], [8, 2], [8], [8]],
      operations: { multiplyAdds: 2 * 8, other: 5 * 7 * 8 },
    },
  ]);

  describe('golden outputs', () => {
    test.each<[string, () => layers.Layer, () => Record<string, tf.Tensor>]>([
      [
        'se_r4_nobias',
        () => se({ reduction: 4 }),
        () => ({ 'fc1.weight': draw('se.w1', [2, 8]), 'fc2.weight': draw('se.w2', [8, 2]) }),
      ],
      [
        'cbam_r4_nobias_k7',
        () => cbam({ reduction: 4 }),
        () => ({
          'fc1.weight': draw('se.w1', [2, 8]),
          'fc2.weight': draw('se.w2', [8, 2]),
          'conv.weight': tf.transpose(
            draw('cbam.sp', [1, 2, 7, 7], (v) => 0.2 * v),
            [2, 3, 1, 0],
          ),
        }),
      ],
      [
        'gct_gated_l2',
        () => gct(),
        () => ({
          alpha: draw('gct.a', [8], (v) => 1 + v),
          gate: draw('gct.g', [8]),
          offset: draw('gct.b', [8]),
        }),
      ],
      [
        'srm_eval',
        () => srm(),
        () => ({
          gamma: draw('srm.w', [8], (v) => 1 + 0.5 * v),
          beta: draw('srm.b', [8], (v) => 0.2 * v),
          movingMean: draw('srm.m', [8], (v) => 0.2 * v),
          movingVariance: draw('srm.v', [8], (v) => 1 + 0.5 * v),
          cfc: draw('srm.cfc', [8, 2]),
        }),
      ],
    ])('%s', async (unit, create, weights) => {
      const x = input({ shape: [5, 6, 8] });
      const layer = create();
      const network = model({ inputs: x, outputs: layer.apply(x) as typeof x });
      const values = weights();
      layer.setWeights(
        layer.weights.map(({ originalName }) => values[originalName.split('/').at(-1)!]!),
      );
      const y = network.predict(signedNchw('x', [1, 8, 5, 6])) as tf.Tensor4D;
      expect(await nchwValues(y)).toBeAllclose(units[unit].values, { rtol: 1e-4, atol: 1e-6 });
    });
  });

  test('property: SRM in training normalises over the batch and keeps running statistics', async () => {
    const layer = srm({ momentum: 0.5 });
    const x = tf.mul(signedNchw('srm', [4, 3, 2, 2]), tf.range(1, 4)) as tf.Tensor4D;
    layer.apply(x);
    const order = layer.weights.map(({ originalName }) => originalName.split('/').at(-1)!);
    const cfc = tf.tensor([1, 0, 1, 0, 1, 0], [3, 2]);
    layer.setWeights(layer.weights.map((w, i) => (order[i] === 'cfc' ? cfc : w.read())));
    const y = layer.apply(x, { training: true }) as tf.Tensor;
    // With c = (1, 0) the style is the mean: normalised over four images by hand.
    const z = tf.mean(x, [1, 2]);
    const { mean, variance } = tf.moments(z, 0);
    const normal = tf.div(tf.sub(z, mean), tf.sqrt(tf.add(variance, 1e-5)));
    const expected = tf.mul(x, tf.reshape(tf.sigmoid(normal), [4, 1, 1, 3]));
    expect(await y.data()).toBeAllclose(await expected.data(), { rtol: 1e-4, atol: 1e-5 });
    const running = layer.weights[order.indexOf('movingVariance')]!.read();
    const blended = tf.add(0.5, tf.mul(variance, (0.5 * 4) / 3));
    expect(await running.data()).toBeAllclose(await blended.data(), { rtol: 1e-4, atol: 1e-6 });
    layer.trainable = false;
    const before = await running.data();
    layer.apply(x, { training: true });
    expect(await layer.weights.at(order.indexOf('movingVariance'))!.read().data()).toEqual(before);
  });
});

describeBackends('parameters', () => {
  // The table of Hu, Woo, Yang and Lee's modules at the five places of a ResNet.
  test.each([
    ['SE', () => se(), 696_832],
    ['SE with biases', () => se({ useBias: true }), 700_980],
    ['CBAM', () => cbam(), 697_322],
    ['GCT', () => gct(), 11_712],
    ['SRM', () => srm(), 15_616],
  ] as const)('%s at 64, 256, 512, 1024 and 2048 channels', (_, create, expected) => {
    const counts = [64, 256, 512, 1024, 2048].map((channels) => {
      const layer = create();
      layer.build([null, null, null, channels]);
      return layer.trainableWeights
        .map(({ shape }) => (shape as number[]).reduce((a, b) => a * b))
        .reduce((a, b) => a + b);
    });
    expect(counts.reduce((a, b) => a + b)).toBe(expected);
  });

  test('property: GCT is the identity at the start', async () => {
    const x = signedNchw('gct', [2, 3, 4, 5]);
    expect(await (gct().apply(x) as tf.Tensor).data()).toBeAllclose(await x.data());
  });

  test('the seed alone decides the initial weights', async () => {
    const first = async (create: (seed: number) => layers.Layer, seed: number) => {
      const layer = create(seed);
      layer.build([null, null, null, 8]);
      return Promise.all(layer.weights.map((weight) => weight.read().data()));
    };
    for (const create of [
      (seed: number) => se({ seed, useBias: true }),
      (seed: number) => cbam({ seed, useBias: true }),
    ]) {
      expect(await first(create, 1)).toEqual(await first(create, 1));
      const [one, other] = [await first(create, 1), await first(create, 9)];
      for (const [i, values] of one.entries()) expect(other[i]).not.toEqual(values);
    }
  });

  test('impossible options and inputs are refused', () => {
    expect(() => se({ reduction: 0 })).toThrow(/`se`: `reduction` must be a positive integer/);
    expect(() => cbam({ reduction: 1.5 })).toThrow(
      /`cbam`: `reduction` must be a positive integer/,
    );
    expect(() => cbam({ kernelSize: 4 })).toThrow(/`kernelSize` must be an odd positive integer/);
    expect(() => se({ seed: 0.5 })).toThrow(/`seed` must be an integer, got 0.5/);
    expect(() => gct({ epsilon: 0 })).toThrow(/`epsilon` must be positive, got 0/);
    expect(() => srm({ epsilon: -1 })).toThrow(/`epsilon` must be positive, got -1/);
    for (const layer of [se(), cbam(), gct(), srm()]) {
      expect(() => layer.build([null, 8, 8, null])).toThrow(/known channel count, got \[null, 8/);
      expect(() => layer.build([null, 8])).toThrow(/\[batch, height, width, channels\]/);
    }
    const one = tf.zeros([1, 2, 2, 3]);
    expect(() => srm().apply(one, { training: true })).toThrow(/batch of 2 or more/);
  });
}, ['wasm']);
