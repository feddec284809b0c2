import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { sameAsCpu, truth, whole } from './against-cpu.ts';

for (const pad of ['same', 'valid', 1] as const) {
  sameAsCpu(`maxPool of int32, ${pad}`, () =>
    tf.maxPool(whole([2, 5, 6, 3]) as tf.Tensor4D, 3, 2, pad),
  );
}
sameAsCpu('maxPool of bool', () => tf.maxPool(truth([1, 4, 4, 2]) as tf.Tensor4D, 2, 2, 0));
sameAsCpu('pool of int32', () => tf.pool(whole([4, 4, 2]) as tf.Tensor3D, 2, 'max', 'valid'));
sameAsCpu(
  'maxPool over wide padding',
  () =>
    tf.maxPool(whole([1, 2, 2, 1]) as tf.Tensor4D, 1, 1, [
      [0, 0],
      [0, 1],
      [1, 0],
      [0, 0],
    ]),
  1e-5,
  () =>
    tf.pad(
      whole([1, 2, 2, 1]),
      [
        [0, 0],
        [0, 1],
        [1, 0],
        [0, 0],
      ],
      -(2 ** 31),
    ),
);

test('maxima of int32 keep all their digits', async () => {
  await tf.setBackend('ort');
  const largest = [2 ** 31 - 1, 2 ** 24 + 1, -(2 ** 31), -(2 ** 24) - 1];
  const x = tf.tensor4d(
    [...largest, ...largest.map((n) => n - (n > 0 ? 1 : -1))],
    [2, 4, 1, 1],
    'int32',
  );
  const y = tf.maxPool(tf.add(x, tf.scalar(0, 'int32')) as tf.Tensor4D, 1, 1, 0);
  expect(Array.from(await y.data())).toEqual(Array.from(await x.data()));
});
