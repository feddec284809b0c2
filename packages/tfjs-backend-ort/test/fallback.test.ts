import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exportOnnx, type OrtBackend } from '../src/index.ts';
import { pending, random, sameAsCpu, whole } from './against-cpu.ts';

describe('a kernel without an ONNX form', () => {
  beforeEach(async () => {
    await tf.setBackend('ort');
    tf.engine().startScope();
  });

  afterEach(() => {
    tf.engine().endScope();
  });

  test('runs on cpu where its operands are computed', async () => {
    const before = tf.memory().numTensors;
    const boxes = tf.tensor2d([0, 0, 1, 1, 0, 0, 0.9, 1, 2, 2, 3, 3], [3, 4]);
    const kept = tf.image.nonMaxSuppression(boxes, [0.5, 0.9, 0.3], 3, 0.5);
    expect(Array.from(await kept.data())).toEqual([1, 2]);
    tf.dispose([boxes, kept]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('says what to do where the shape of its result depends on what is not computed', async () => {
    const x = tf.square(tf.tensor1d([1, 2, 2]));
    expect(() => tf.unique(x)).toThrow(/'Unique'.*await tensor\.data\(\)/);
    await x.data();
    const { values, indices } = tf.unique(x);
    expect(Array.from(await values.data())).toEqual([1, 4]);
    expect(Array.from(await indices.data())).toEqual([0, 1, 1]);
  });

  test('waits for its operands though they are disposed of, and compiles nothing anew', async () => {
    const backend = tf.backend() as OrtBackend;
    const step = async (seed: number) => {
      const y = tf.tidy(() => {
        const x = pending<tf.Tensor5D>(random([1, 3, 3, 3, 1], seed));
        return tf.sum(tf.conv3d(x, tf.ones([3, 3, 3, 1, 1]), 1, 'valid'));
      });
      const [value] = await y.data();
      y.dispose();
      return value;
    };
    const values = random([1, 3, 3, 3, 1], 1).dataSync<'float32'>();
    const total = values.reduce((a, b) => a + b, 0);
    expect(await step(1)).toBeCloseTo(total, 5);
    const { compiles } = backend.statistics();
    await step(2);
    expect(backend.statistics().compiles).toBe(compiles);
  });

  test('takes what a variable held when it was called', async () => {
    const x = pending<tf.Tensor5D>(tf.tensor5d([1, 2, 3], [1, 1, 1, 3, 1]));
    const factor = tf.variable(tf.tensor5d([10], [1, 1, 1, 1, 1]));
    const y = tf.conv3d(x, factor as unknown as tf.Tensor5D, 1, 'valid');
    factor.assign(tf.mul(factor, 5));
    expect(Array.from(await y.data())).toEqual([10, 20, 30]);
    expect(Array.from(await factor.data())).toEqual([50]);
  });

  test('fails with its operands, and another tensor that fails is nothing to it', async () => {
    const broken = tf.tidy(() => tf.gather([1, 2], pending<tf.Tensor1D>(tf.scalar(9, 'int32'))));
    const boxes = tf.tensor2d([0, 0, 1, 1], [1, 4]);
    const crop = (image: tf.Tensor) =>
      tf.tidy(() => tf.image.cropAndResize(image as tf.Tensor4D, boxes, [0], [1, 1]));
    const wrong = crop(tf.mul(tf.ones([1, 4, 4, 1]), broken));
    const right = crop(pending(tf.ones([1, 4, 4, 1])));
    expect(Array.from(await right.data())).toEqual([1]);
    await expect(wrong.data()).rejects.toThrow(/ort backend|out of data bounds/);
    expect(Array.from(await tf.add(right, 1).data())).toEqual([2]);
  });

  test('is no part of an ONNX file', async () => {
    const flip = (x: tf.Tensor) => ({ y: tf.image.flipLeftRight(x as tf.Tensor4D) });
    await expect(exportOnnx(flip, [{ name: 'x', shape: [1, 2, 2, 1] }])).rejects.toThrow(
      /'FlipLeftRight' has no form in ONNX/,
    );
  });

  test('strings stay on the host', async () => {
    const words = tf.concat([tf.tensor1d(['a', 'b']), tf.tensor1d(['c'])]);
    expect(await words.data()).toEqual(['a', 'b', 'c'] as never);
  });

  test('complex numbers are refused by name', () => {
    expect(() => tf.complex([1], [2])).toThrow(/'Complex' gives complex numbers/);
  });
});

const volume = () => pending<tf.Tensor5D>(random([2, 4, 5, 4, 3]));
const filter = () => pending<tf.Tensor5D>(random([2, 3, 2, 3, 2]));
const image = () => pending<tf.Tensor4D>(random([1, 4, 5, 2]));

sameAsCpu('conv3d of what is recorded', () => tf.relu(tf.conv3d(volume(), filter(), 1, 'same')));
sameAsCpu('gradients of conv3d', () => {
  const loss = (x: tf.Tensor, w: tf.Tensor) =>
    tf.sum(tf.square(tf.conv3d(x as tf.Tensor5D, w as tf.Tensor5D, [1, 2, 1], 'same')));
  return tf.grads(loss)([volume(), filter()]) as tf.Tensor[];
});
sameAsCpu('maxPool3d and its gradient', () =>
  tf.grad((x) => tf.sum(tf.square(tf.maxPool3d(x as tf.Tensor5D, 2, 2, 'valid'))))(volume()),
);
sameAsCpu('avgPool3d and its gradient', () =>
  tf.grad((x) => tf.sum(tf.square(tf.avgPool3d(x as tf.Tensor5D, 2, 2, 'valid'))))(volume()),
);
sameAsCpu('dilation2d', () =>
  tf.dilation2d(image(), pending<tf.Tensor3D>(random([2, 2, 2])), 1, 'valid'),
);
sameAsCpu('localResponseNormalization and its gradient', () =>
  tf.grad((x) => tf.sum(tf.square(tf.localResponseNormalization(x as tf.Tensor4D))))(image()),
);
sameAsCpu('rotation, reflection and transformation', () => [
  tf.image.rotateWithOffset(image(), 0.3),
  tf.image.flipLeftRight(image()),
  tf.image.transform(image(), pending<tf.Tensor2D>(tf.tensor2d([[1, 0, 1, 0, 1, 0, 0, 0]]))),
  tf.image.cropAndResize(image(), tf.tensor2d([[0, 0, 0.5, 1]]), [0], [3, 3]),
]);
sameAsCpu('bincounts', () => [
  tf.bincount(pending<tf.Tensor1D>(tf.abs(whole([20]))), tf.tensor1d([]), 5),
  tf.denseBincount(pending<tf.Tensor2D>(tf.abs(whole([3, 6]))), tf.tensor2d([], [0, 0]), 5),
]);
sameAsCpu('searchSorted', () =>
  tf.searchSorted(pending(tf.tensor1d([1, 3, 5])), pending(tf.tensor1d([2, 4, 9]))),
);
sameAsCpu('tensorScatterUpdate', () =>
  tf.tensorScatterUpdate(
    pending(random([4])),
    pending(tf.tensor2d([[1], [3]], [2, 1], 'int32')),
    pending(random([2])),
  ),
);
sameAsCpu('maxPoolWithArgmax', () => {
  const { result, indexes } = tf.maxPoolWithArgmax(image(), 2, 2, 'valid');
  return [result!, indexes!];
});
sameAsCpu('Otsu threshold', () =>
  tf.image.threshold(pending<tf.Tensor3D>(tf.abs(whole([5, 4, 1]))), 'otsu'),
);
