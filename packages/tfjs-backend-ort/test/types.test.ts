import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import './against-cpu.ts';

beforeEach(async () => {
  await tf.setBackend('ort');
});

const truth = () => tf.tensor1d([0, 1, 1, 0], 'bool');
const whole = (...values: number[]) => tf.tensor1d(values, 'int32');
/** Rows of three. */
// biome-ignore lint/suspicious/noExplicitAny: of every rank
const rows = (x: tf.Tensor, ...front: number[]): any => tf.reshape(x, [...front, -1, 3]);

async function expectThat(x: tf.Tensor, dtype: string, values: readonly number[]) {
  expect(x.dtype).toBe(dtype);
  expect(Array.from(await x.data())).toEqual(values);
}

describe('truth values count as 0 and 1', () => {
  const same: [string, (x: tf.Tensor) => tf.Tensor][] = [
    ['abs', tf.abs],
    ['neg', tf.neg],
    ['relu', tf.relu],
    ['relu6', tf.relu6],
    ['sign', tf.sign],
    ['square', tf.square],
    ['clipByValue', (x) => tf.clipByValue(x, 0, 1)],
    ['addN', (x) => tf.addN([x, x, x])],
  ];
  test.each(same)('derived by hand: %s', (_name, apply) =>
    expectThat(apply(truth()), 'bool', [0, 1, 1, 0]),
  );

  test('derived by hand: topk, the first of equals before the others', async () => {
    const { values, indices } = tf.topk(truth(), 3);
    await expectThat(values, 'bool', [1, 1, 0]);
    await expectThat(indices, 'int32', [1, 2, 0]);
  });

  test('derived by hand: norm', () => expectThat(tf.norm(truth(), 1), 'int32', [2]));
});

describe('operands of two types', () => {
  const mask = () => tf.tensor1d([1, 0, 1, 0], 'bool');

  test('NumPy: where of whole numbers and a fraction has fractions', async () => {
    await expectThat(tf.where(mask(), whole(7, 8, 9, 10), 0.5), 'float32', [7, 0.5, 9, 0.5]);
    await expectThat(tf.where(mask(), truth(), whole(5, 6, 7, 8)), 'int32', [0, 6, 1, 8]);
  });

  test('NumPy: where of one type keeps it', async () => {
    await expectThat(tf.where(mask(), whole(1, 2, 3, 4), whole(5, 6, 7, 8)), 'int32', [1, 6, 3, 8]);
    await expectThat(tf.where(mask(), truth(), tf.onesLike(truth())), 'bool', [0, 1, 1, 1]);
  });
});

describe('whole numbers', () => {
  test('NumPy: einsum keeps them, beyond the digits of float32', async () => {
    const x = rows(whole(1, 2 ** 24, 0, 0, 1, 2));
    await expectThat(tf.einsum('ij,kj->ik', x, rows(whole(1, 1, 1))), 'int32', [2 ** 24 + 1, 3]);
    await expectThat(tf.einsum('ij->i', x), 'int32', [2 ** 24 + 1, 3]);
    await expectThat(tf.einsum('ij,kj->ik', x, rows(tf.ones([3]))), 'float32', [2 ** 24, 3]);
  });

  test('derived by hand: transposed convolution and batch normalisation take them', async () => {
    const image = rows(whole(1, 2, 3), 1, 1);
    const filter = tf.ones([1, 2, 1, 3]) as tf.Tensor4D;
    const wide = tf.conv2dTranspose(image, filter, [1, 1, 2, 1], 1, 'valid');
    await expectThat(wide, 'float32', [6, 6]);
    const normal = tf.batchNorm(image, tf.ones([3]), tf.fill([3], 4), undefined, undefined, 0);
    await expectThat(normal, 'float32', [0, 0.5, 1]);
  });
});
