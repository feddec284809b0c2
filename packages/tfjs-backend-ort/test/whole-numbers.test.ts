import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { sameAsCpu } from './against-cpu.ts';

const [most, least] = [2 ** 31 - 1, -(2 ** 31)];
const whole = (...values: number[]) => tf.tensor1d(values, 'int32');

beforeEach(async () => {
  await tf.setBackend('ort');
});

describe('numbers that int32 cannot hold become its largest or smallest (by hand)', () => {
  const x = [1, 5, 9, -3];
  const cases: [string, () => tf.Tensor, number[]][] = [
    ['clip up to ∞', () => tf.clipByValue(whole(...x), 2, Infinity), [2, 5, 9, 2]],
    ['clip from −∞', () => tf.clipByValue(whole(...x), -Infinity, 4), [1, 4, 4, -3]],
    ['clip up to 2³²', () => tf.clipByValue(whole(...x), 0, 2 ** 32), [1, 5, 9, 0]],
    ['clip up to 2³¹', () => tf.clipByValue(whole(most, 1), 0, 2 ** 31), [most, 1]],
    ['clip from −2⁴⁰', () => tf.clipByValue(whole(least, 1), -(2 ** 40), 0), [least, 0]],
    ['clip between fractions', () => tf.clipByValue(whole(...x), -2.5, 2.5), [1, 2, 2, -2]],
    ['clip to ∞ alone', () => tf.clipByValue(whole(...x), Infinity, Infinity), x.map(() => most)],
    ['pad by ∞', () => tf.pad(whole(7), [[1, 1]], Infinity), [most, 7, most]],
    ['pad by −∞', () => tf.pad(whole(7), [[0, 1]], -Infinity), [7, least]],
    ['pad by no number', () => tf.pad(whole(7), [[0, 1]], Number.NaN), [7, 0]],
    [
      'one-hot of ∞ and −2³³',
      () => tf.oneHot(whole(1), 2, Infinity, -(2 ** 33), 'int32'),
      [least, most],
    ],
    ['fill with ∞', () => tf.fill([2], Infinity, 'int32'), [most, most]],
    ['fill with 2³¹', () => tf.fill([1], 2 ** 31, 'int32'), [most]],
    ['fill with no number', () => tf.fill([1], Number.NaN, 'int32'), [0]],
    ['fill with a fraction', () => tf.fill([1], -1.5, 'int32'), [-1]],
    ['fill with truth', () => tf.fill([2], 256, 'bool'), [1, 1]],
  ];
  for (const [title, run, expected] of cases) {
    test(title, async () => {
      expect(Array.from(await run().data())).toEqual(expected);
    });
  }
});

describe('what no int32 is, cast to it', () => {
  const values = [Number.NaN, Infinity, -Infinity, 3e9, -3e9, 2 ** 31, 2 ** 40, 1.9, -1.9, 1e30];
  sameAsCpu('casts', () => [
    tf.cast(tf.tensor1d(values), 'int32'),
    tf.cast(tf.mul(tf.tensor1d(values), 1), 'int32'),
    tf.cast(tf.tensor1d(values), 'bool'),
    tf.floorDiv(tf.tensor1d([1, -1, 0, 1e30]), tf.tensor1d([0, 0, 0, 1])),
  ]);
});

sameAsCpu('arithmetic of whole numbers at the ends of their range', () => [
  tf.add(whole(most, least), whole(1, -1)),
  tf.sub(whole(most, least), whole(-1, 1)),
  tf.mul(whole(most, least, 65536), whole(2, -1, 65536)),
  tf.neg(whole(most, least)),
  tf.pow(whole(2, 0, -3, 2, 10, 7, -1), whole(-1, -1, 3, 31, 10, 0, -3)),
  tf.floorDiv(whole(1, -1, 0, most, least, 7), whole(0, 0, 0, -1, -1, -2)),
  tf.mod(whole(1, -1, 0, most, least, -7), whole(0, 0, 0, -1, -1, 3)),
  tf.maximum(whole(most, least, 0), whole(least, most, least)),
  tf.minimum(whole(most, least, 0), whole(least, most, most)),
  tf.max(whole(most, least, 0)),
  tf.min(whole(most, least, 0)),
  tf.argMax(whole(least, most, 0)),
  tf.argMin(whole(0, most, least)),
  tf.cumsum(whole(most, 1, 1)),
  tf.relu6(whole(most, least, 3)),
  tf.step(whole(most, least, 0), 7),
  tf.clipByValue(tf.tensor1d([true, false], 'bool'), 0, 1),
]);
