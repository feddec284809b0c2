import { describeBackends, describeLayer, expectNoNewTensors, signedNchw } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import {
  Broadcast,
  Conv2D,
  CropToMatch,
  Dropout,
  GlobalAveragePool,
  Kaiming,
  MaxPool2D,
  PadToMultiple,
  ReLU,
  ResizeBilinear,
  relu,
  UpsampleNearest,
  upsampleNearest,
} from '../src/index.ts';

const name = 'layer';
const image = [2, 5, 7, 4] as const;

describeBackends('layers', () => {
  describeLayer('Conv2D', [
    {
      title: 'defaults',
      create: () => new Conv2D({ name, filters: 3, kernelSize: 3 }),
      inputShape: image,
      outputShape: [2, 3, 5, 3],
      weightShapes: [[3, 3, 4, 3]],
      operations: { multiplyAdds: 3 * 5 * 3 * (3 * 3 * 4) },
      torchParameters: [['weight', [3, 4, 3, 3]]],
    },
    {
      title: 'bias, strides, one padding',
      create: () =>
        new Conv2D({
          name,
          filters: 6,
          kernelSize: [3, 1],
          strides: [2, 1],
          padding: 1,
          useBias: true,
          biasInitializer: tfl.initializers.ones(),
        }),
      inputShape: image,
      outputShape: [2, 3, 9, 6],
      weightShapes: [[3, 1, 4, 6], [6]],
      operations: { multiplyAdds: 3 * 9 * 6 * (3 * 1 * 4) },
      torchParameters: [
        ['weight', [6, 4, 3, 1]],
        ['bias', [6]],
      ],
    },
    {
      title: 'groups, dilation, four paddings',
      create: () =>
        new Conv2D({
          name,
          filters: 8,
          kernelSize: 3,
          groups: 2,
          dilations: 2,
          padding: [2, 2, 1, 3],
          kernelInitializer: new Kaiming({ mode: 'fanOut', seed: 7 }),
        }),
      inputShape: image,
      outputShape: [2, 5, 7, 8],
      weightShapes: [[3, 3, 2, 8]],
      operations: { multiplyAdds: 5 * 7 * 8 * (3 * 3 * 2) },
      torchParameters: [['weight', [8, 2, 3, 3]]],
    },
    {
      title: 'depthwise, same',
      create: () =>
        new Conv2D({ name, filters: 4, kernelSize: 5, groups: 4, strides: 2, padding: 'same' }),
      inputShape: image,
      outputShape: [2, 3, 4, 4],
      weightShapes: [[5, 5, 1, 4]],
      operations: { multiplyAdds: 3 * 4 * 4 * (5 * 5) },
    },
  ]);
  describeLayer('ReLU', [
    { title: 'unbounded', create: () => new ReLU({ name }), inputShape: image, outputShape: image },
    {
      title: 'maxValue 6',
      create: () => new ReLU({ name, maxValue: 6 }),
      inputShape: image,
      outputShape: image,
    },
    {
      title: 'maxValue 0.5',
      create: () => new ReLU({ name, maxValue: 0.5 }),
      inputShape: image,
      outputShape: image,
    },
  ]);
  describeLayer('MaxPool2D', [
    {
      title: 'window 2',
      create: () => new MaxPool2D({ name, poolSize: 2 }),
      inputShape: image,
      outputShape: [2, 2, 3, 4],
    },
    {
      title: 'window 3, stride 2, padding 1',
      create: () => new MaxPool2D({ name, poolSize: 3, strides: 2, padding: 1 }),
      inputShape: image,
      outputShape: [2, 3, 4, 4],
    },
  ]);
  describeLayer('ResizeBilinear', [
    {
      title: 'scale, corners',
      create: () => new ResizeBilinear({ name, scale: 3, alignCorners: true }),
      inputShape: image,
      outputShape: [2, 15, 21, 4],
      operations: { other: 4 * 15 * 21 * 4 },
    },
    {
      title: 'size, half pixels',
      create: () => new ResizeBilinear({ name, size: [8, 3], halfPixelCenters: true }),
      inputShape: image,
      outputShape: [2, 8, 3, 4],
      operations: { other: 4 * 8 * 3 * 4 },
    },
  ]);
  describeLayer('other layers', [
    {
      title: 'UpsampleNearest',
      create: () => new UpsampleNearest({ name, scale: 3 }),
      inputShape: image,
      outputShape: [2, 15, 21, 4],
      operations: { other: 15 * 21 * 4 },
    },
    {
      title: 'PadToMultiple',
      create: () => new PadToMultiple({ name, multiple: 4 }),
      inputShape: image,
      outputShape: [2, 8, 8, 4],
    },
    {
      title: 'PadToMultiple, nothing to do',
      create: () => new PadToMultiple({ name, multiple: 1 }),
      inputShape: image,
      outputShape: image,
    },
    {
      title: 'GlobalAveragePool',
      create: () => new GlobalAveragePool({ name }),
      inputShape: image,
      outputShape: [2, 1, 1, 4],
      operations: { other: 5 * 7 * 4 },
    },
    {
      title: 'Broadcast',
      create: () => new Broadcast({ name }),
      inputShape: [2, 1, 1, 4],
      otherInputs: [[2, 5, 7, 3]],
      outputShape: image,
      operations: { other: 4 * 5 * 7 * 4 },
    },
    {
      title: 'CropToMatch',
      create: () => new CropToMatch({ name }),
      inputShape: image,
      otherInputs: [[2, 4, 6, 3]],
      outputShape: [2, 4, 6, 4],
    },
    {
      title: 'Dropout',
      create: () => new Dropout({ name, rate: 0.25, seed: 3 }),
      inputShape: image,
      outputShape: image,
    },
  ]);

  test('derived by hand: maximum pooling never takes the border, even of negative values', async () => {
    const x = tf.tensor4d([-5, -6, -7, -8], [1, 2, 2, 1]);
    const y = new MaxPool2D({ poolSize: 3, strides: 2, padding: 1 }).apply(x) as tf.Tensor;
    expect(Array.from(await y.data())).toEqual([-5]);
  });

  test('derived by hand: relu and its gradient at, below and above the bounds', async () => {
    const x = tf.tensor1d([-1, 0, 1, 6, 7]);
    const dy = tf.tensor1d([1, 2, 3, 4, 5]);
    const at = async (maxValue: number | null) => {
      const { value, grad } = tf.valueAndGrad((a: tf.Tensor) => relu(a, maxValue))(x, dy);
      return [Array.from(await value.data()), Array.from(await grad.data())];
    };
    expect(await at(null)).toEqual([
      [0, 0, 1, 6, 7],
      [0, 0, 3, 4, 5],
    ]);
    expect(await at(6)).toEqual([
      [0, 0, 1, 6, 6],
      [0, 0, 3, 0, 0],
    ]);
    expect(await at(2)).toEqual([
      [0, 0, 1, 2, 2],
      [0, 0, 3, 0, 0],
    ]);
  });

  test('adjoint: nearest upsampling', async () => {
    const x = signedNchw('up.x', [2, 3, 4, 5]);
    const dy = signedNchw('up.dy', [2, 3, 8, 10]);
    const { value, grad } = tf.valueAndGrad((a: tf.Tensor) => upsampleNearest(a as tf.Tensor4D, 2))(
      x,
      dy,
    );
    const [left, right] = await Promise.all([
      tf.sum(tf.mul(value, dy)).data(),
      tf.sum(tf.mul(x, grad)).data(),
    ]);
    expect(left).toBeAllclose(right, { rtol: 1e-4, atol: 1e-4 });
    const corner = await tf.slice(value, [0, 0, 0, 0], [1, 2, 2, 1]).data();
    expect(new Set(corner).size).toBe(1);
  });

  test('property: Broadcast spreads, CropToMatch undoes PadToMultiple, and both survive JSON', async () => {
    const x = tfl.input({ shape: [null, null, 3] });
    const padded = new PadToMultiple({ name: 'pad', multiple: 8 }).apply(x) as tfl.SymbolicTensor;
    const pooled = new GlobalAveragePool({ name: 'pool' }).apply(padded) as tfl.SymbolicTensor;
    const spread = new Broadcast({ name: 'spread' }).apply([pooled, padded]) as tfl.SymbolicTensor;
    const outputs = [padded, spread].map(
      (t, i) => new CropToMatch({ name: `crop${i}` }).apply([t, x]) as tfl.SymbolicTensor,
    );
    const model = tfl.model({ inputs: x, outputs });
    const value = signedNchw('crop', [1, 3, 5, 9]);
    const [same, mean] = model.predict(value) as [tf.Tensor, tf.Tensor];
    expect(await same.data()).toEqual(await value.data());
    expect(mean.shape).toEqual([1, 5, 9, 3]);
    const expected = await tf.div(tf.sum(value, [1, 2]), 8 * 16).data();
    expect((await mean.data()).slice(0, 3)).toBeAllclose(expected);
    await expectNoNewTensors(() => tf.dispose(model.predict(value)));
  });
});

test('layers refuse impossible arguments, saying what is required', () => {
  expect(() => new Conv2D({ name: 'c', filters: 0, kernelSize: 3 })).toThrow(/c: filters must be/);
  expect(() =>
    new Conv2D({ name: 'c', filters: 4, kernelSize: 3, groups: 3 }).build([null, 8, 8, 4]),
  ).toThrow(/groups must divide the 4 input channels and the 4 filters, got 3/);
  expect(() =>
    new Conv2D({ name: 'c', filters: 4, kernelSize: 3 }).build([null, 8, 8, null]),
  ).toThrow(/known channels/);
  expect(() => new MaxPool2D({ poolSize: 2, padding: 2 })).toThrow(/at most half/);
  expect(() => new Dropout({ rate: 1 })).toThrow(/from 0 to below 1, got 1/);
  expect(() => new ResizeBilinear({ alignCorners: true })).toThrow(/exactly one of size and scale/);
  expect(() => new ResizeBilinear({ scale: 2 })).toThrow(/exactly one of alignCorners/);
  expect(() => upsampleNearest(tf.zeros([1, 2, 2, 1]), 1.5)).toThrow(
    /whole number from 1 on, got 1.5/,
  );
});
