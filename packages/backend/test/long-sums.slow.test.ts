import { describeBackends, exactSums, longNumbers, longSums } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { near, valuesOf } from './sums.ts';

// Oracle of this file: loops in double precision.

const n = 20_000_000;
const sums = Object.keys(longSums).map((kind) => {
  const x = longNumbers(kind, n);
  return { kind, x, ...exactSums(x) };
});

describeBackends('sums of 2·10⁷ numbers', () => {
  describe.each(sums)('$kind', ({ kind, x, sum, absolute, squares, mean, variance }) => {
    test('sum, mean, moments, norm, mean squared error', async () => {
      const all = tf.tensor1d(x);
      near((await valuesOf(() => tf.sum(all)))[0]!, sum, absolute);
      near((await valuesOf(() => tf.mean(all)))[0]!, mean, absolute / n);
      near((await valuesOf(() => tf.norm(all)))[0]!, squares ** 0.5, squares ** 0.5);
      // Its mean is rounded to float32 before it is subtracted.
      const rounding = (3e-7 * mean) ** 2;
      const [spread] = await valuesOf(() => tf.moments(all).variance);
      expect(Math.abs(spread! - variance)).toBeLessThan(1e-6 * variance + rounding + 1e-30);
      const [loss] = await valuesOf(() => tf.losses.meanSquaredError(all, tf.zerosLike(all)));
      near(loss!, squares / n, squares / n);
      all.dispose();
    });

    test('over columns and rows, cumulated, softmax', async () => {
      const pairs = tf.tensor2d(x, [n / 2, 2]);
      const [even, odd] = await valuesOf(() => tf.sum(pairs, 0));
      near(even! + odd!, sum, absolute);
      const [first, second] = await valuesOf(() => tf.sum(tf.reshape(pairs, [2, n / 2]), 1));
      near(first! + second!, sum, absolute);
      near((await valuesOf(() => tf.cumsum(tf.reshape(pairs, [n]))))[n - 1]!, sum, absolute);
      if (kind !== 'around 10⁸') {
        near((await valuesOf(() => tf.sum(tf.softmax(tf.reshape(pairs, [n])))))[0]!, 1, 1);
      }
      pairs.dispose();
    });
  });
}, ['wasm', 'ort']);

describeBackends('batch normalisation of 2848 × 4288 pixels', () => {
  test.each([
    [0.1, 0.05],
    [1000, 3],
  ])('around %d', async (offset, spread) => {
    const [height, width] = [2848, 4288];
    const n = height * width;
    const x = Float32Array.from(
      { length: n },
      (_, i) => offset + spread * (((i * 7919) % 2001) / 1000 - 1),
    );
    const { mean, variance } = exactSums(x);
    const [one, zero] = [tf.ones([1]), tf.zeros([1])] as [tf.Tensor1D, tf.Tensor1D];
    const image = tf.tensor4d(x, [1, height, width, 1]);
    const run = tf
      .engine()
      .runKernel('StsBatchNormTraining', { x: image, gamma: one, beta: zero }, { epsilon: 1e-5 });
    const [y, centre, spreads] = run as tf.Tensor[];
    near((await centre!.data())[0]!, mean, Math.abs(mean));
    const rounding = (3e-7 * mean) ** 2;
    const [found] = await spreads!.data();
    // What float32 leaves of x − mean is wrong by a unit in the last place of x.
    expect(Math.abs(found! - variance)).toBeLessThan(2e-6 * variance + rounding + 1e-7 * offset);
    tf.dispose([one, zero, image, y!, centre!, spreads!]);
  });
}, ['wasm', 'ort']);
