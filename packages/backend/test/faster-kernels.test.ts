import { signed } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { useBackend } from '../src/index.ts';

const tensor = (name: string, shape: number[]) =>
  tf.tensor(
    signed(
      name,
      shape.reduce((a, b) => a * b, 1),
    ),
    shape,
  );

/** Values of `body`'s tensors on wasm and on the plain JavaScript backend, which is the reference. */
async function onBoth(body: () => tf.Tensor | tf.Tensor[]) {
  const values = async (backend: 'wasm' | 'cpu') => {
    await useBackend(backend);
    const before = tf.memory().numTensors;
    const tensors = tf.tidy(() => [body()].flat());
    const result = await Promise.all(
      tensors.map(async (t) => ({ shape: t.shape, data: await t.data() })),
    );
    tf.dispose(tensors);
    expect(tf.memory().numTensors).toBe(before);
    return result;
  };
  return { actual: await values('wasm'), expected: await values('cpu') };
}

const cases: Readonly<Record<string, () => tf.Tensor | tf.Tensor[]>> = {
  'sum over leading axes': () => tf.sum(tensor('s', [3, 9, 31, 5]), [0, 1, 2]),
  'sum over one leading axis, kept': () => tf.sum(tensor('s', [700, 4]), 0, true),
  'sum over middle axes': () => tf.sum(tensor('s', [3, 4, 5, 6]), [1, 2]),
  'sum over the last axis': () => tf.sum(tensor('s', [3, 4, 5]), -1),
  'sum over scattered axes': () => tf.sum(tensor('s', [3, 4, 5]), [0, 2]),
  'sum of everything': () => tf.sum(tensor('s', [3, 4, 5])),
  'sum of integers': () => tf.sum(tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32'), 0),
  'mean over middle axes, kept': () => tf.mean(tensor('m', [2, 6, 7, 9]), [1, 2], true),
  'mean over leading axes': () => tf.mean(tensor('m', [2, 6, 7, 3]), [0, 1, 2]),
  'batch norm with all parts': () =>
    tf.batchNorm(
      tensor('x', [2, 3, 4, 7]),
      tensor('mean', [7]),
      tf.abs(tensor('variance', [7])),
      tensor('offset', [7]),
      tensor('scale', [7]),
      0.1,
    ),
  'batch norm without scale and offset': () =>
    tf.batchNorm(tensor('x', [5, 8]), tensor('mean', [8]), tf.abs(tensor('variance', [8]))),
  'batch norm with full-size statistics': () =>
    tf.batchNorm(tensor('x', [5, 8]), tensor('m', [5, 8]), tf.abs(tensor('v', [5, 8]))),
  'slice of one axis': () => tf.slice(tensor('x', [4, 6]), [0, 2], [-1, 3]),
  'slice of all axes': () => tf.slice(tensor('x', [3, 7, 6, 21]), [1, 2, 0, 3], [2, 4, 5, 17]),
  'slice of a vector': () => tf.slice(tensor('x', [9]), 3, 5),
  'slice of five axes': () =>
    tf.slice(tensor('x', [2, 2, 2, 2, 3]), [0, 1, 0, 1, 1], [2, 1, 2, 1, 2]),
  'slice of booleans': () => tf.slice(tf.tensor1d([true, false, true], 'bool'), 1, 2),
  split: () => tf.split(tensor('x', [2, 3, 4, 10]), [1, 7, 2], 3),
  'split of a leading axis': () => tf.split(tensor('x', [6, 5]), 3, 0),
  'tile of one axis': () => tf.tile(tensor('x', [2, 1, 1, 5]), [1, 3, 4, 1]),
  'tile of all axes': () => tf.tile(tensor('x', [2, 3, 4]), [2, 3, 2]),
  'tile by one': () => tf.tile(tensor('x', [2, 3]), [1, 1]),
  'tile of integers': () => tf.tile(tf.tensor1d([1, 2], 'int32'), [3]),
  'broadcast to a map': () => tf.broadcastTo(tensor('x', [2, 1, 1, 3]), [2, 4, 5, 3]),
  'gradient of overlapping pools': () =>
    tf.grad((x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, 3, 2, 'same'))(
      tensor('x', [2, 9, 8, 6]),
    ),
  'gradient of pools among equal values': () =>
    tf.grad((x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, 2, 1, 'valid'))(tf.ones([1, 4, 4, 3])),
  'gradient of padded pools': () =>
    tf.grad((x: tf.Tensor) =>
      tf.maxPool(x as tf.Tensor4D, 3, 2, [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ]),
    )(tensor('x', [1, 8, 8, 4])),
};

describe('faster wasm kernels equal the plain JavaScript backend', () => {
  test.each(Object.entries(cases))('%s', async (_, body) => {
    const { actual, expected } = await onBoth(body);
    expect(actual.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
    actual.forEach(({ data }, i) => {
      expect(data).toBeAllclose(expected[i]!.data, { rtol: 1e-5, atol: 1e-5 });
    });
  });
});

// Not against the plain JavaScript backend: its own gradient is wrong from the second image on.
describe.each([true, false])(
  'gradient of nearest resizing, corners aligned: %s',
  (alignCorners) => {
    test.each([
      [8, 12],
      [3, 2],
      [9, 7],
      [1, 1],
    ])('to %i×%i satisfies ⟨resize(x), dy⟩ = ⟨x, gradient(dy)⟩', async (height, width) => {
      await useBackend('wasm');
      const dy = tensor('dy', [2, height, width, 5]) as tf.Tensor4D;
      const resize = (x: tf.Tensor) =>
        tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [height, width], alignCorners);
      const gradient = tf.grad((x: tf.Tensor) => tf.mul(resize(x), dy))(tf.zeros([2, 4, 6, 5]));
      for (const name of ['x', 'another x', 'a third x']) {
        const x = tensor(name, [2, 4, 6, 5]);
        const left = await tf.sum(tf.mul(resize(x), dy)).data();
        const right = await tf.sum(tf.mul(x, gradient)).data();
        expect(right).toBeAllclose(left, { rtol: 1e-5, atol: 1e-4 });
      }
    });
  },
);

test('a clone outlives what it was cloned from, and both leave nothing behind', async () => {
  await useBackend('wasm');
  const [tensors, data] = [tf.memory().numTensors, tf.memory().numDataBuffers];
  for (const first of [0, 1] as const) {
    const x = tensor('cloned', [5]);
    const pair = [x, tf.clone(x)] as const;
    const expected = await x.data();
    pair[first].dispose();
    // Takes the memory that a wrongly freed tensor would leave.
    const other = tf.ones([5]);
    expect(await pair[1 - first]!.data()).toBeAllclose(expected, { rtol: 0, atol: 0 });
    tf.dispose([pair[1 - first]!, other]);
  }
  expect(tf.memory()).toMatchObject({ numTensors: tensors, numDataBuffers: data });
});
