import { describeBackends, describeLayer, signed } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createNetwork, type NetworkName } from '../src/index.ts';
import { AbsoluteDifference } from '../src/layers/absolute-difference.ts';
import { BoxSum } from '../src/layers/box-sum.ts';

const name = 'layer';

describeBackends('layers of whole networks', () => {
  describeLayer('layers', [
    {
      title: 'BoxSum',
      create: () => new BoxSum({ name, size: 3 }),
      inputShape: [2, 5, 7, 3],
      outputShape: [2, 5, 7, 3],
      // Those of the convolution with filters of ones.
      operations: { multiplyAdds: 5 * 7 * 9 * 3 * 3 },
    },
  ]);

  test.each([3, 5])('BoxSum of %d is a convolution with ones', async (size) => {
    const x = tf.tensor4d(signed('x', 2 * 6 * 7 * 4), [2, 6, 7, 4]);
    const ones = tf.ones([size, size, 4, 4]) as tf.Tensor4D;
    const y = new BoxSum({ size }).apply(x) as tf.Tensor;
    expect(await y.data()).toBeAllclose(await tf.conv2d(x, ones, 1, 'same').data(), { atol: 1e-5 });
  });

  test('AbsoluteDifference', async () => {
    const [a, b] = [tf.tensor2d([[1, -2]]), tf.tensor2d([[3, -5]])];
    const y = new AbsoluteDifference().apply([a, b]) as tf.Tensor;
    expect([...(await y.data())]).toEqual([2, 3]);
  });
});

test('an unknown network is named, with those that there are', () => {
  const make = () => createNetwork('m3snet' as NetworkName, { inputShape: [64, 64, 3] });
  expect(make).toThrow(/no network 'm3snet'; there are m2snet, .*denseaspp121/);
});
