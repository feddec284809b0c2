import { describeBackends, describeLayer, signed } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import {
  BatchNormalization,
  type BatchNormalizationArgs,
  batchNormTraining,
} from '../src/index.ts';

function built(args: BatchNormalizationArgs, channels: number) {
  const layer = new BatchNormalization(args);
  layer.build([null, null, channels]);
  return layer;
}

const run = (layer: tfl.layers.Layer, x: tf.Tensor, training: boolean) =>
  layer.apply(x, { training }) as tf.Tensor;

describeBackends('BatchNormalization', () => {
  describeLayer('BatchNormalization', [
    {
      title: 'all weights',
      create: () => new BatchNormalization({ name: 'layer', epsilon: 1e-3, momentum: 0.2 }),
      inputShape: [2, 3, 4, 5],
      outputShape: [2, 3, 4, 5],
      weightShapes: [[5], [5], [5], [5]],
      operations: { other: 5 * 3 * 4 * 5 },
      torchParameters: [
        ['weight', [5]],
        ['bias', [5]],
        ['running_mean', [5]],
        ['running_var', [5]],
      ],
    },
    ...[
      { center: false, scale: true },
      { center: true, scale: false },
      { center: false, scale: false },
    ].map((options) => ({
      title: JSON.stringify(options),
      create: () => new BatchNormalization({ name: 'layer', ...options }),
      inputShape: [4, 3],
      outputShape: [4, 3],
      weightShapes: [...(options.center || options.scale ? [[3]] : []), [3], [3]],
      operations: { other: 5 * 3 },
    })),
  ]);

  test('derived by hand: batch [1, 3], momentum 0.1, unbiased running variance', async () => {
    // mean 2, biased variance 1, unbiased 2; running mean 0.1·2, running variance 0.9 + 0.1·2
    const layer = built({}, 1);
    const x = tf.tensor2d([1, 3], [2, 1]);
    const y = run(layer, x, true);
    const unit = 1 / Math.sqrt(1 + 1e-5);
    expect(await y.data()).toBeAllclose([-unit, unit]);
    const [, , mean, variance] = layer.getWeights();
    expect(await mean!.data()).toBeAllclose([0.2]);
    expect(await variance!.data()).toBeAllclose([1.1]);
    const still = run(layer, x, false);
    expect(await still.data()).toBeAllclose([
      0.8 / Math.sqrt(1.1 + 1e-5),
      2.8 / Math.sqrt(1.1 + 1e-5),
    ]);
    tf.dispose([x, y, still]);
  });

  test('property: frozen, it uses and keeps the running statistics even in training', async () => {
    const layer = built({}, 2);
    layer.setWeights(
      [
        [2, 3],
        [1, -1],
        [0.5, 0.25],
        [4, 9],
      ].map((w) => tf.tensor1d(w)),
    );
    layer.trainable = false;
    const x = tf.tensor2d(signed('frozen', 8), [4, 2]);
    const training = run(layer, x, true);
    const inference = run(layer, x, false);
    expect(await training.data()).toEqual(await inference.data());
    const statistics = await Promise.all(
      layer
        .getWeights()
        .slice(2)
        .map((w) => w.data()),
    );
    expect(statistics.map((s) => Array.from(s))).toEqual([
      [0.5, 0.25],
      [4, 9],
    ]);
    expect(layer.trainableWeights).toHaveLength(0);
  });

  test('property: its gradients agree with those of the written-out formula', async () => {
    const x = tf.tensor4d(signed('bn.x', 72), [2, 3, 4, 3]);
    const gamma = tf.tensor1d([0.5, 1.5, -1]);
    const beta = tf.tensor1d([0.1, -0.2, 0.3]);
    const dy = tf.tensor4d(signed('bn.dy', 72), [2, 3, 4, 3]);
    const inputs = [x, gamma, beta];
    const ours = tf.valueAndGrads(
      (a: tf.Tensor, g: tf.Tensor, b: tf.Tensor) =>
        batchNormTraining(a, g as tf.Tensor1D, b as tf.Tensor1D, 1e-3).y,
    )(inputs, dy);
    const plain = tf.valueAndGrads((a: tf.Tensor, g: tf.Tensor, b: tf.Tensor) => {
      const mean = tf.mean(a, [0, 1, 2]);
      const variance = tf.mean(tf.square(tf.sub(a, mean)), [0, 1, 2]);
      const normal = tf.mul(tf.sub(a, mean), tf.rsqrt(tf.add(variance, 1e-3)));
      return tf.add(tf.mul(normal, g), b);
    })(inputs, dy);
    const pairs = [
      [ours.value, plain.value],
      ...ours.grads.map((g, i) => [g, plain.grads[i]!]),
    ] as [tf.Tensor, tf.Tensor][];
    for (const [a, b] of pairs) {
      expect(await a.data()).toBeAllclose(await b.data(), { rtol: 1e-4, atol: 1e-5 });
    }
  });

  test('property: a mean far from zero does not spoil the variance', async () => {
    const noise = signed('bn.shift', 4000);
    const x = tf.tensor2d(
      noise.map((v) => v + 1000),
      [4000, 1],
    );
    const { variance } = batchNormTraining(x, tf.ones([1]), tf.zeros([1]), 1e-5);
    const values = noise.map((v) => Math.fround(v + 1000));
    const mean = values.reduce((a, b) => a + b, 0) / 4000;
    const expected = values.reduce((a, b) => a + (b - mean) ** 2, 0) / 4000;
    expect(await variance.data()).toBeAllclose([expected], { rtol: 2e-3 });
  });

  test('refuses a single value per channel in training', () => {
    const layer = built({ name: 'pool' }, 3);
    expect(() => run(layer, tf.zeros([1, 3]), true)).toThrow(
      /pool: training needs more than one value/,
    );
    expect(run(layer, tf.zeros([1, 3]), false).shape).toEqual([1, 3]);
  });
});
