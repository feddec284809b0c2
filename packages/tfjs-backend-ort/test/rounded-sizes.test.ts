import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { beforeEach, expect, test } from 'vitest';
import './against-cpu.ts';

beforeEach(async () => {
  await tf.setBackend('ort');
});

/** Windows of 3 in steps of 2 begin at 0 and 2 of 4 pixels where sizes are rounded up. */
const windows = { seen: [3, 2], over: [1, 1, 2, 1], taps: [2, 2, 1] };
const square = (sizes: readonly number[]) => sizes.flatMap((a) => sizes.map((b) => a * b));

const convolutions = {
  conv2d: (x: tf.Tensor4D, w: tf.Tensor4D) => tf.conv2d(x, w, 2, 0, 'NHWC', 1, 'ceil'),
  depthwiseConv2d: (x: tf.Tensor4D, w: tf.Tensor4D) =>
    tf.depthwiseConv2d(x, w, 2, 0, 'NHWC', 1, 'ceil'),
};

test.each(Object.entries(convolutions))(
  'derived by hand: %s of ones counts the pixels that windows see, its gradients the windows',
  async (_name, convolve) => {
    const [x, w] = [tf.ones([1, 4, 4, 1]), tf.ones([3, 3, 1, 1])] as [tf.Tensor4D, tf.Tensor4D];
    expect(Array.from(await convolve(x, w).data())).toEqual(square(windows.seen));
    const [dx, dw] = tf.grads((a, b) => convolve(a as tf.Tensor4D, b as tf.Tensor4D))([x, w]);
    expect(Array.from(await dx!.data())).toEqual(square(windows.over));
    expect(Array.from(await dw!.data())).toEqual(square(windows.taps));
  },
);

const pools = {
  // Of pixels that grow, each window has its largest at its end.
  maxPool: { pool: tf.maxPool, largest: [2, 3], shares: [0, 0, 1, 1] },
  avgPool: { pool: tf.avgPool, largest: [1, 2.5], shares: [1 / 3, 1 / 3, 1 / 3 + 1 / 2, 1 / 2] },
};

test.each(Object.entries(pools))(
  'derived by hand: %s and its gradient',
  async (_name, { pool, largest, shares }) => {
    const rows = tf.tensor4d([0, 1, 2, 3], [1, 4, 1, 1]);
    const pooled = (x: tf.Tensor) => pool(x as tf.Tensor4D, 3, 2, 0, 'ceil');
    const x = tf.add(rows, tf.zeros([1, 4, 4, 1]));
    expect(await pooled(x).data()).toBeAllclose(largest.flatMap((y) => [y, y]));
    const turned = tf.add(x, tf.mul(tf.transpose(rows, [0, 2, 1, 3]), 10));
    const dx = tf.grad((image) => pooled(image))(turned);
    expect(await dx.data()).toBeAllclose(square(shares));
  },
);
