import { describeBackends, exactSums, longNumbers, longSums, signed } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { near, valuesOf } from './sums.ts';

// Oracle of this file: loops in double precision.

describeBackends(
  'long sums',
  (backend) => {
    describe.each([1 << 17, 131_071, 317 * 317, 3 * 89 * 67 * 5])('%i numbers', (n) => {
      describe.each(Object.keys(longSums))('%s', (kind) => {
        const x = longNumbers(kind, n);
        const { sum, absolute, squares, mean } = exactSums(x);

        test('sum, mean, norm, cumulated sum', async () => {
          near((await valuesOf(() => tf.sum(tf.tensor1d(x))))[0]!, sum, absolute);
          near((await valuesOf(() => tf.mean(tf.tensor1d(x))))[0]!, mean, absolute / n);
          near((await valuesOf(() => tf.norm(tf.tensor1d(x))))[0]!, squares ** 0.5, squares ** 0.5);
          const cumulated = await valuesOf(() => tf.cumsum(tf.tensor1d(x)));
          near(cumulated[n - 1]!, sum, absolute);
          const back = await valuesOf(() => tf.cumsum(tf.tensor1d(x), 0, true, true));
          near(back[0]!, sum - x[0]!, absolute);
        });

        test('along rows, down columns, of transposed and of kept axes', async () => {
          const wide = tf.tensor2d(
            Float32Array.from({ length: 3 * n }, (_, i) => x[Math.floor(i / 3)]! * ((i % 3) - 1)),
            [n, 3],
          );
          const down = await valuesOf(() => tf.sum(wide, 0));
          const along = await valuesOf(() => tf.sum(tf.transpose(wide), 1, true));
          const middle = await valuesOf(() => tf.sum(tf.reshape(wide, [1, n, 3]), [0, 1]));
          for (const found of [down, along, middle]) {
            [-sum, 0, sum].forEach((want, c) => {
              near(found[c]!, want, absolute);
            });
          }
          near((await valuesOf(() => tf.sum(wide)))[0]!, 0, 2 * absolute);
          wide.dispose();
        });

        test('what is gathered in one place', async () => {
          const found = await valuesOf(() =>
            tf.unsortedSegmentSum(tf.tensor1d(x), tf.zeros([n], 'int32') as tf.Tensor1D, 2),
          );
          near(found[0]!, sum, absolute);
        });
      });

      test('softmax, its logarithm and log-sum-exp', async () => {
        const x = longNumbers('both signs', n);
        const powers = x.map(Math.exp);
        const total = powers.reduce((a, b) => a + b, 0);
        const share = await valuesOf(() => tf.softmax(tf.tensor1d(x)));
        const wanted = Float32Array.from(x, (value) => Math.exp(value) / total);
        expect(share).toBeAllclose(wanted, { rtol: 2e-6, atol: 0 });
        const [log] = await valuesOf(() => tf.logSumExp(tf.tensor1d(x)));
        expect(log!).toBeCloseTo(Math.log(total), 5);
        const logs = await valuesOf(() => tf.logSoftmax(tf.tensor1d(x)));
        expect(logs[5]!).toBeCloseTo(x[5]! - Math.log(total), 5);
      });

      test('products and cumulated products', async () => {
        const x = longNumbers('both signs', n).map((value) => 1 + value / 64);
        const exactly: number[] = [];
        x.reduce((product, value) => exactly[exactly.push(product * value) - 1]!, 1);
        const cumulated = await valuesOf(() => tf.cumprod(tf.tensor1d(x)));
        expect(cumulated).toBeAllclose(Float32Array.from(exactly), { rtol: 1e-6, atol: 0 });
        const [product] = await valuesOf(() => tf.prod(tf.tensor1d(x)));
        expect(product! / exactly[n - 1]!).toBeCloseTo(1, 6);
      });
    });

    // Each side of the length from which on the rows are summed otherwise.
    test.each([128, 129, 300])('softmax of rows of %i, each at a level of its own', async (n) => {
      const x = signed('levels', n).map((value) => 4 * value);
      const levels = [0, -200, 150, -90];
      const rows = Float32Array.from(
        { length: 4 * n },
        (_, i) => x[i % n]! + levels[Math.floor(i / n)]!,
      );
      const total = x.reduce((sum, value) => sum + Math.exp(value), 0);
      const wanted = Float32Array.from(rows, (_, i) => Math.exp(x[i % n]!) / total);
      for (const shape of [
        [4, n],
        [2, 2, n],
      ]) {
        const found = await valuesOf(() => tf.softmax(tf.tensor(rows, shape)));
        expect(found).toBeAllclose(wanted, { rtol: 1e-4, atol: 0 });
      }
    });

    test.each([
      [0, [0]],
      [0, [0, 2]],
      [1, [1, 3]],
      [2, [0, 1, 2, 3]],
      [3, [3]],
    ])('any axes, kept and not (%i): %j', async (seed, axes) => {
      const shape = [3, 5, 2, 7];
      const x = signed(`axes ${seed}`, 210);
      const strides = [70, 14, 7, 1];
      const wanted = new Float64Array(210 / axes.reduce((a, axis) => a * shape[axis]!, 1));
      const products = new Float64Array(wanted.length).fill(1);
      const kept = [0, 1, 2, 3].filter((axis) => !axes.includes(axis));
      for (let i = 0; i < 210; i++) {
        const at = kept.reduce(
          (place, axis) => place * shape[axis]! + (Math.floor(i / strides[axis]!) % shape[axis]!),
          0,
        );
        wanted[at]! += x[i]!;
        products[at]! *= 2 * x[i]!;
      }
      for (const keep of [false, true]) {
        const total = tf.tidy(() => tf.sum(tf.tensor(x, shape), axes, keep));
        const sizes = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
        expect(total.shape).toEqual(keep ? sizes : kept.map((axis) => shape[axis]));
        expect(await total.data()).toBeAllclose(Float32Array.from(wanted), { atol: 1e-6 });
        const product = await valuesOf(() => tf.prod(tf.mul(tf.tensor(x, shape), 2), axes, keep));
        expect(product).toBeAllclose(Float32Array.from(products), { rtol: 1e-5, atol: 1e-12 });
        total.dispose();
      }
    });

    test('the mean of a whole image, however it is asked for', async () => {
      const [height, width] = [301, 517];
      const x = longNumbers('one number', height * width);
      const image = tf.tensor4d(x, [1, height, width, 1]);
      const { mean } = exactSums(x);
      near((await valuesOf(() => tf.mean(image, [1, 2])))[0]!, mean, mean);
      if (backend === 'ort') {
        const pooled = await valuesOf(() => tf.avgPool(image, [height, width], 1, 'valid'));
        near(pooled[0]!, mean, mean);
        near(
          (await valuesOf(() => tf.einsum('bijc->bc', image)))[0]!,
          mean * x.length,
          mean * x.length,
        );
      }
      image.dispose();
    });
  },
  ['wasm', 'ort'],
);
