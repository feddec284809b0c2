import * as tf from '@tensorflow/tfjs-core';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeEach, describe, expect, test } from 'vitest';
import { exportOnnx } from '../src/index.ts';
import { pending } from './against-cpu.ts';

beforeEach(async () => {
  await tf.setBackend('ort');
});

/** What came of each: its values, or what its error says first. */
async function outcomes(tensors: readonly tf.Tensor[]): Promise<(number[] | string)[]> {
  const ends = await Promise.allSettled(tensors.map((one) => one.data()));
  return ends.map((end) =>
    end.status === 'fulfilled' ? [...end.value] : /\w+(?= node)/.exec(end.reason.message)![0],
  );
}

describe('a tensor that cannot be computed, read together with others', () => {
  /** `a` = x + 1, `b` = 2a, `c` = b − 1, `d` = the bits that a and b share, and one that is wrong. */
  function recorded() {
    const x = tf.tensor1d([1, 2, 3]);
    const a = tf.add(x, 1);
    const wrong = tf.gather(x, tf.cast(tf.add(x, 8), 'int32'));
    const b = tf.mul(a, 2);
    // No operator of ONNX's: it is computed between two graphs.
    const d = tf.bitwiseAnd(tf.cast(a, 'int32'), tf.cast(b, 'int32'));
    return { a, b, c: tf.sub(b, 1), d, wrong };
  }
  const right = { a: [2, 3, 4], b: [4, 6, 8], c: [3, 5, 7], d: [0, 2, 0], wrong: 'Gather' };

  test.each([
    ['a', 'b', 'c', 'wrong', 'd'],
    ['wrong', 'a', 'b', 'c'],
    ['a', 'wrong', 'b', 'c', 'd'],
    ['d', 'c', 'wrong', 'b', 'a'],
    ['b', 'a', 'c', 'wrong'],
  ] as const)('derived by hand: %s, %s, %s, %s', async (...names) => {
    const all = recorded();
    const came = await outcomes(names.map((name) => all[name]));
    expect(came).toEqual(names.map((name) => right[name]));
    tf.dispose(all);
    expect(Array.from(await pending(tf.tensor1d([5])).data())).toEqual([5]);
  });
});

describe('what is wrong is said where it is called', () => {
  const image = () => tf.zeros([1, 2, 1, 3]) as tf.Tensor4D;

  test('windows that do not fit, by shape', () => {
    expect(() => tf.maxPool(image(), 3, 1, 0)).toThrow(/MaxPool.*\[1,0,-1,3\].*\[1,2,1,3\].*fit/);
    const filter = tf.zeros([2, 3, 3, 1]) as tf.Tensor4D;
    expect(() => tf.conv2d(image(), filter, 1, 'valid')).toThrow(/Conv2D.*\[1,1,-1,1\].*fit/);
  });

  test('widths that TensorFlow.js computes with the filter of the height', () => {
    const image = tf.zeros([1, 5, 6, 1]) as tf.Tensor4D;
    const filter = tf.zeros([3, 1, 1, 1]) as tf.Tensor4D;
    expect(() => tf.conv2d(image, filter, 1, 1)).toThrow(/fit 8 times into 8.*asks for 6.*`pad`/);
    expect(() => tf.maxPool(image, 2, [2, 1], 0)).toThrow(/fit 5 times into 6.*asks for 3.*`pad`/);
    const pad: [number, number][] = [
      [0, 0],
      [1, 1],
      [0, 0],
      [0, 0],
    ];
    const fitting = tf.conv2d(image, filter, 1, pad as unknown as 'same');
    expect(fitting.shape).toEqual([1, 5, 6, 1]);
  });

  test('tensors of several types are not joined, but for those without elements', async () => {
    const whole = tf.tensor1d([1, 2], 'int32');
    expect(() => tf.concat([whole, tf.ones([2])])).toThrow(/int32 and float32.*tf\.cast/);
    const joined = tf.concat([tf.tensor1d([]), whole, whole]);
    expect(joined.dtype).toBe('int32');
    expect(await joined.data()).toEqual(new Int32Array([1, 2, 1, 2]));
  });
});

describe('a tensor that cannot be computed, while another is wanted', () => {
  const wrong = () => tf.tidy(() => tf.gather([1, 2], tf.cast(tf.square(tf.scalar(3)), 'int32')));

  test('by another backend', async () => {
    const bad = wrong();
    const good = tf.square(tf.tensor1d([2, 3]));
    await tf.setBackend('cpu');
    expect(Array.from(tf.add(good, 1).dataSync())).toEqual([5, 10]);
    tf.dispose([bad, good]);
  });

  test('by a file', async () => {
    const bad = wrong();
    const weight = tf.square(tf.tensor1d([2, 3]));
    const scaled = (x: tf.Tensor) => ({ y: tf.mul(x, weight) });
    const file = await exportOnnx(scaled, [{ name: 'x', shape: [2] }]);
    const session = await InferenceSession.create(file);
    const { y } = await session.run({ x: new Tensor('float32', [10, 100], [2]) });
    expect(y!.data).toEqual(new Float32Array([40, 900]));
    tf.dispose([bad, weight]);
  });
});

test('a file of any size of what takes one size: says which were tried and what to do', async () => {
  const two = (x: tf.Tensor) => ({ y: tf.add(x, tf.ones([2, 5])) });
  await expect(exportOnnx(two, [{ name: 'x', shape: [null, 5] }])).rejects.toThrow(
    /cannot be traced for batch 7919: .*7919,5 and 2,5.*fixed sizes/,
  );
  await expect(exportOnnx(two, [{ name: 'x', shape: [3, 5] }])).rejects.toThrow(/3,5 and 2,5/);
});
