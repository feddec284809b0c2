import { batchNormTraining, conv2d, relu } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe } from 'vitest';
import { positive, random, sameAsCpu } from './against-cpu.ts';

type T1 = tf.Tensor1D;
type T4 = tf.Tensor4D;

/** The value and the gradients for a random gradient of the result. */
function withGradients(f: (...xs: tf.Tensor[]) => tf.Tensor, xs: tf.Tensor[]): tf.Tensor[] {
  const y = f(...xs);
  const weights = random(y.shape, 99);
  return [y, ...tf.grads((...inner: tf.Tensor[]) => tf.sum(tf.mul(f(...inner), weights)))(xs)];
}

describe('convolution with groups, dilation and padding', () => {
  const cases: [string, number[], number[], Parameters<typeof conv2d>[2]][] = [
    ['3×3', [2, 7, 6, 4], [3, 3, 4, 5], { padding: [1, 1, 1, 1] }],
    ['1×1', [2, 5, 6, 4], [1, 1, 4, 3], {}],
    ['1×1 in groups', [2, 5, 6, 4], [1, 1, 2, 6], { groups: 2 }],
    ['1×1 with strides', [2, 5, 6, 4], [1, 1, 4, 3], { strides: 2 }],
    [
      'strides and uneven padding',
      [2, 9, 8, 3],
      [3, 3, 3, 4],
      { strides: 2, padding: [0, 1, 1, 2] },
    ],
    ['7×7 with strides', [1, 16, 15, 3], [7, 7, 3, 4], { strides: 2, padding: [3, 3, 3, 3] }],
    ['dilation', [1, 9, 9, 2], [3, 3, 2, 3], { dilations: 2, padding: [2, 2, 2, 2] }],
    ['groups', [2, 6, 7, 8], [3, 3, 2, 12], { groups: 4, padding: [1, 1, 1, 1] }],
    ['depthwise', [2, 6, 7, 4], [3, 3, 1, 4], { groups: 4, padding: [1, 1, 1, 1] }],
    [
      'depthwise with strides',
      [2, 7, 7, 4],
      [5, 5, 1, 8],
      { groups: 4, strides: 2, padding: [2, 2, 2, 2] },
    ],
    [
      'groups, strides and dilation',
      [2, 13, 12, 4],
      [3, 2, 2, 6],
      { groups: 2, strides: [2, 3], dilations: [2, 3], padding: [2, 1, 3, 0] },
    ],
    [
      'dilation beyond the image',
      [2, 6, 7, 3],
      [3, 3, 3, 4],
      { dilations: [6, 5], padding: [6, 6, 5, 5] },
    ],
    [
      'dilation beyond the image in groups',
      [2, 5, 7, 4],
      [3, 3, 2, 4],
      { dilations: [4, 8], padding: [4, 4, 8, 8], groups: 2 },
    ],
    ['wide groups', [2, 6, 5, 32], [3, 3, 16, 32], { groups: 2, padding: [1, 1, 1, 1] }],
    ['wide with strides', [2, 8, 9, 16], [3, 3, 16, 8], { strides: 2, padding: [1, 0, 1, 1] }],
    ['padding wider than the filter', [1, 4, 4, 2], [1, 1, 2, 3], { padding: [1, 2, 0, 1] }],
  ];
  for (const [title, x, filter, options] of cases) {
    sameAsCpu(title, () =>
      withGradients((a, b) => conv2d(a as T4, b as T4, options), [random(x), random(filter, 2)]),
    );
  }
});

describe("TensorFlow.js's convolutions", () => {
  const conv = (strides: number, pad: 'same' | 'valid' | number) => () =>
    withGradients(
      (x, w) => tf.conv2d(x as T4, w as T4, strides, pad),
      [random([2, 8, 7, 3]), random([3, 3, 3, 4], 2)],
    );
  sameAsCpu('same', conv(1, 'same'));
  sameAsCpu('same with strides', conv(2, 'same'));
  sameAsCpu('valid', conv(2, 'valid'));
  sameAsCpu('number', conv(2, 1));
  sameAsCpu('dilation', () =>
    tf.conv2d(random([1, 9, 9, 2]) as T4, random([3, 3, 2, 3], 2) as T4, 1, 'same', 'NHWC', 2),
  );
  sameAsCpu('channels first', () =>
    tf.conv2d(random([1, 2, 9, 9]) as T4, random([3, 3, 2, 3], 2) as T4, 1, 'same', 'NCHW'),
  );
  sameAsCpu('transposed', () =>
    tf.conv2dTranspose(
      random([2, 4, 4, 3]) as T4,
      random([3, 3, 5, 3], 2) as T4,
      [2, 8, 8, 5],
      2,
      'same',
    ),
  );
  sameAsCpu('fused with bias and activation', () =>
    tf.fused.conv2d({
      x: random([2, 6, 6, 3]) as T4,
      filter: random([3, 3, 3, 4], 2) as T4,
      strides: 1,
      pad: 'same',
      bias: random([4], 3),
      activation: 'relu6',
    }),
  );
  sameAsCpu('depthwise with a multiplier', () =>
    withGradients(
      (x, w) => tf.depthwiseConv2d(x as T4, w as T4, 2, 'same'),
      [random([2, 8, 7, 3]), random([3, 3, 3, 2], 2)],
    ),
  );
});

describe('pooling', () => {
  const cases: [string, number | [number, number], number, 'same' | 'valid' | number][] = [
    ['3×3 with strides, same', 3, 2, 'same'],
    ['2×2, valid', 2, 2, 'valid'],
    ['3×3, padded', 3, 2, 1],
    ['of the whole image', [8, 7], 1, 'valid'],
  ];
  for (const [title, size, strides, pad] of cases) {
    const x = () => random([2, 8, 7, 3]);
    sameAsCpu(`maximum ${title}`, () =>
      withGradients((one) => tf.maxPool(one as T4, size, strides, pad), [x()]),
    );
    sameAsCpu(
      `average ${title}, as sums divided by the sums of ones`,
      () => withGradients((one) => tf.avgPool(one as T4, size, strides, pad), [x()]),
      1e-5,
      () =>
        withGradients(
          (one) => {
            const [height, width] = [size].flat() as [number, number?];
            const ones = tf.ones([height, width ?? height, 3, 1]) as T4;
            const sums = (of: tf.Tensor) => tf.depthwiseConv2d(of as T4, ones, strides, pad);
            return tf.div(sums(one), sums(tf.onesLike(one)));
          },
          [x()],
        ),
    );
  }
});

describe('normalisation', () => {
  sameAsCpu('by given statistics', () => [
    tf.batchNorm(
      random([2, 4, 5, 3]) as T4,
      random([3], 2) as T1,
      positive([3]) as T1,
      random([3], 4) as T1,
      random([3], 5) as T1,
      1e-3,
    ),
    tf.batchNorm(random([2, 4, 5, 3]) as T4, random([3], 2) as T1, positive([3]) as T1),
    tf.batchNorm(random([6, 3]) as tf.Tensor2D, random([3], 2) as T1, positive([3]) as T1),
  ]);
  sameAsCpu('by the statistics of the batch', () => {
    const { y, mean, variance } = batchNormTraining(
      tf.add(random([2, 4, 5, 3]), 3),
      positive([3]) as T1,
      random([3], 5) as T1,
      1e-5,
    );
    return [y, mean, variance];
  });
  for (const shape of [
    [2, 4, 5, 3],
    [8, 3],
  ]) {
    sameAsCpu(`gradients for [${shape}]`, () =>
      withGradients(
        (x, gamma, beta) => batchNormTraining(x, gamma as T1, beta as T1, 1e-5).y,
        [random(shape), positive([3]), random([3], 5)],
      ),
    );
  }
  sameAsCpu('rectifiers and their gradients', () => [
    ...withGradients((x) => relu(x), [random([2, 3, 4, 5])]),
    ...withGradients((x) => relu(tf.mul(x, 8), 6), [random([2, 3, 4, 5])]),
  ]);
  sameAsCpu('convolution, normalisation, rectifier, shortcut', () =>
    withGradients(
      (x, w, gamma, beta) => {
        const y = conv2d(x as T4, w as T4, { padding: [1, 1, 1, 1] });
        const z = batchNormTraining(y, gamma as T1, beta as T1, 1e-5).y;
        return tf.mean(tf.add(relu(z), x), [1, 2]);
      },
      [random([2, 6, 5, 4]), random([3, 3, 4, 4], 2), positive([4]), random([4], 5)],
    ),
  );
});

describe('resizing', () => {
  // The cpu backend's gradients are right for one square image only.
  const sizes: [number, number][] = [
    [8, 9],
    [3, 2],
    [1, 1],
  ];
  for (const size of sizes) {
    for (const corners of [false, true]) {
      sameAsCpu(`to ${size}, corners aligned: ${corners}`, () => [
        ...withGradients(
          (x) => tf.image.resizeBilinear(x as T4, size, corners),
          [random([1, 5, 5, 3])],
        ),
        ...withGradients(
          (x) => tf.image.resizeNearestNeighbor(x as T4, size, corners),
          [random([1, 5, 5, 3])],
        ),
      ]);
    }
    sameAsCpu(`to ${size}, half-pixel centres`, () =>
      tf.image.resizeBilinear(random([2, 4, 5, 3]) as T4, size, false, true),
    );
  }
});
