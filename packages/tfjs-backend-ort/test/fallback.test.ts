import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, expect, test } from 'vitest';
import './against-cpu.ts';

beforeEach(async () => {
  await tf.setBackend('ort');
});

test('a kernel without an ONNX form runs on cpu where its operands are computed', async () => {
  const before = tf.memory().numTensors;
  const boxes = tf.tensor2d([0, 0, 1, 1, 0, 0, 0.9, 1, 2, 2, 3, 3], [3, 4]);
  const kept = tf.image.nonMaxSuppression(boxes, [0.5, 0.9, 0.3], 3, 0.5);
  expect(Array.from(await kept.data())).toEqual([1, 2]);
  tf.dispose([boxes, kept]);
  expect(tf.memory().numTensors).toBe(before);
});

test('it says what to do where they are not', async () => {
  const x = tf.square(tf.tensor1d([1, 2, 2]));
  expect(() => tf.unique(x)).toThrow(/'Unique'.*await tensor\.data\(\)/);
  await x.data();
  const { values, indices } = tf.unique(x);
  expect(Array.from(await values.data())).toEqual([1, 4]);
  expect(Array.from(await indices.data())).toEqual([0, 1, 1]);
});

test('strings stay on the host', async () => {
  const words = tf.concat([tf.tensor1d(['a', 'b']), tf.tensor1d(['c'])]);
  expect(await words.data()).toEqual(['a', 'b', 'c'] as never);
});

test('complex numbers are refused by name', () => {
  expect(() => tf.complex([1], [2])).toThrow(/'Complex' gives complex numbers/);
});
