import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import './against-cpu.ts';

// Oracle of this file: an engine that computes when it is called. What a caller does to an array
// afterwards changes no result.

beforeEach(async () => {
  await tf.setBackend('ort');
});

const values = async (tensor: tf.Tensor) => Array.from(await tensor.data());

describe('an array that a tensor was made of may be filled anew', () => {
  const arrays = {
    float32: new Float32Array(4),
    int32: new Int32Array(4),
    bool: new Uint8Array(4),
  };
  for (const [dtype, array] of Object.entries(arrays)) {
    test(`${dtype}: each of three results has its own values`, async () => {
      const results = [1, 0, 1].map((step) => {
        array.fill(step);
        return tf.tidy(() => tf.logicalNot(tf.cast(tf.tensor1d(array, dtype as 'bool'), 'bool')));
      });
      const [first, second, third] = await Promise.all(results.map(values));
      expect([first, second, third]).toEqual([
        [0, 0, 0, 0],
        [1, 1, 1, 1],
        [0, 0, 0, 0],
      ]);
    });
  }

  test('a view into a larger array', async () => {
    const frames = new Float32Array([1, 2, 3, 4, 5, 6]);
    const y = tf.mul(tf.tensor1d(frames.subarray(2, 4)), 10);
    frames.fill(0);
    expect(await values(y)).toEqual([30, 40]);
  });

  test('the copy that `tf.add(t, 0)` is, a clone, a reshaped tensor', async () => {
    const array = new Float32Array([1, 2, 3, 4]);
    const t = tf.tensor1d(array);
    const copies = [tf.add(t, 0), tf.clone(t), tf.reshape(t, [2, 2]), tf.slice(t, 0, 4)];
    array[0] = 99;
    for (const copy of copies) expect(await values(copy)).toEqual([1, 2, 3, 4]);
  });

  test('a buffer after `toTensor`', async () => {
    const buffer = tf.buffer([2], 'float32');
    buffer.set(1, 0);
    const y = tf.add(buffer.toTensor(), 1);
    buffer.set(50, 0);
    expect(await values(y)).toEqual([2, 1]);
  });

  test('one frame in a loop of predictions', async () => {
    const weights = tf.variable(tf.tensor2d([1, 2, 3], [3, 1]));
    const frame = new Float32Array(3);
    const outputs = [1, 2, 3].map((step) => {
      frame.fill(step);
      return tf.tidy(() => tf.matMul(tf.tensor2d(frame, [1, 3]), weights));
    });
    expect((await Promise.all(outputs.map(values))).flat()).toEqual([6, 12, 18]);
  });

  test('a variable and what is assigned to it', async () => {
    const array = new Float32Array([1, 2]);
    const variable = tf.variable(tf.tensor1d(array));
    const before = tf.mul(variable, 1);
    array.fill(5);
    variable.assign(tf.tensor1d(array));
    const after = tf.mul(variable, 1);
    array.fill(7);
    expect(await values(before)).toEqual([1, 2]);
    expect(await values(after)).toEqual([5, 5]);
  });

  test('the bytes that weights are decoded from', async () => {
    const bytes = new Float32Array([1, 2, 3]);
    const { w } = tf.io.decodeWeights(bytes.buffer, [{ name: 'w', shape: [3], dtype: 'float32' }]);
    const y = tf.mul(w!, 2);
    bytes.fill(0);
    expect(await values(y)).toEqual([2, 4, 6]);
  });

  test('strings', async () => {
    const bytes = [new TextEncoder().encode('ab')];
    const word = tf.tensor1d(bytes as unknown as string[], 'string');
    bytes[0]!.fill(120);
    expect(await word.data()).toEqual(['ab'] as never);
  });

  test('a tensor of another backend that comes over', async () => {
    await tf.setBackend('cpu');
    const array = new Float32Array([1, 2]);
    const there = tf.tensor1d(array);
    await tf.setBackend('ort');
    const y = tf.add(there, 1);
    array.fill(9);
    expect(await values(y)).toEqual([2, 3]);
  });
});

describe('an array that was read may be filled anew', () => {
  test('of given, of computed and of permuted values', async () => {
    const given = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    const computed = tf.add(given, 0);
    const turned = tf.transpose(tf.add(given, 0));
    for (const x of [given, computed, turned]) {
      const expected = await values(x);
      const [y, z] = [tf.mul(x, 1), tf.mul(x, 1)];
      (await x.data()).fill(9);
      expect(await values(y)).toEqual(expected);
      x.dataSync().fill(9);
      expect(await values(z)).toEqual(expected);
      expect(await values(x)).toEqual(expected);
    }
  });

  test('the bytes of strings', async () => {
    const word = tf.tensor1d(['ab']);
    const bytes = (await word.bytes()) as Uint8Array[];
    bytes[0]!.fill(120);
    expect(await word.data()).toEqual(['ab'] as never);
  });
});
