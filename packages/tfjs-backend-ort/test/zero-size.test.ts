import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { beforeEach, describe, expect, test } from 'vitest';
import { sameAsCpu } from './against-cpu.ts';

beforeEach(async () => {
  await tf.setBackend('ort');
});

// biome-ignore lint/suspicious/noExplicitAny: one list for tensors of every rank
const z = (...shape: number[]): any => tf.zeros(shape);
// biome-ignore lint/suspicious/noExplicitAny: one list for tensors of every rank
const o = (...shape: number[]): any => tf.ones(shape);
/** Recorded, not at hand. */
const rec = (x: tf.Tensor) => tf.mul(x, 1);
// biome-ignore lint/suspicious/noExplicitAny: one list for tensors of every rank
const i = (values: number[], shape: number[]): any => tf.tensor(values, shape, 'int32');

const cases: Record<string, () => tf.Tensor | tf.Tensor[]> = {
  concat1: () => tf.concat([z(0, 2), z(0, 3)], 1),
  concat0: () => tf.concat([z(0, 2), o(3, 2)], 0),
  concatall: () => tf.concat([z(0, 2), z(0, 2)], 0),
  stack: () => tf.stack([z(0, 2), z(0, 2)], 0),
  stack2: () => tf.stack([z(0), z(0)], 1),
  issue: () => tf.sum(tf.concat([z(0, 2), z(0, 3)], 1), 0),
  sum: () => [
    tf.sum(z(0)),
    tf.sum(z(0, 3), 0),
    tf.sum(z(3, 0), 1),
    tf.sum(z(0, 3), 1),
    tf.sum(z(2, 0, 3), [1, 2]),
    tf.sum(z(0, 3), 0, true),
    tf.sum(i([], [0, 3]), 0),
  ],
  mean: () => [tf.mean(z(0)), tf.mean(z(0, 3), 0), tf.mean(z(0, 3), 1)],
  prod: () => [tf.prod(z(0)), tf.prod(z(0, 3), 0)],
  max: () => [tf.max(z(0, 3), 0)],
  min: () => [tf.min(z(0, 3), 0)],
  maxs: () => tf.max(z(0)),
  maxi: () => [tf.max(i([], [0, 3]), 0), tf.min(i([], [0, 3]), 0)],
  all: () => [tf.all(tf.cast(z(0, 3), 'bool'), 0), tf.any(tf.cast(z(0, 3), 'bool'), 0)],
  argmax: () => tf.argMax(z(0, 3), 0),
  argmax1: () => tf.argMax(z(0, 3), 1),
  lse: () => tf.logSumExp(z(0, 3), 0),
  softmax: () => tf.softmax(z(0, 3)),
  softmax0: () => tf.softmax(z(3, 0)),
  cumsum: () => tf.cumsum(z(0, 3)),
  cumprod: () => tf.cumprod(z(0, 3)),
  moments: () => {
    const m = tf.moments(z(0, 3), 0);
    return [m.mean, m.variance];
  },
  norm: () => tf.norm(z(0, 3)),
  matmul: () => [
    tf.matMul(z(2, 0), z(0, 3)),
    tf.matMul(z(0, 2), o(2, 3)),
    tf.matMul(z(2, 0), z(3, 0), false, true),
    tf.matMul(z(0, 2, 2), o(0, 2, 2)),
    tf.matMul(z(0, 2), z(0, 3), true, false),
    tf.matMul(z(4, 2, 0), z(4, 0, 3)),
    tf.matMul(z(5, 2, 0, 4), z(1, 1, 0, 3), true),
    tf.matMul(z(5, 64, 0), z(5, 64, 0), false, true),
  ],
  fused: () => tf.fused.matMul({ a: z(2, 0), b: z(0, 3), bias: o(3), activation: 'relu' }),
  einsum: () => tf.einsum('ij,jk->ik', z(2, 0), z(0, 3)),
  add: () => [
    tf.add(z(0, 3), o(3)),
    tf.add(z(0), 1),
    tf.relu(z(0)),
    tf.equal(z(0), z(0)),
    tf.where(tf.cast(z(0), 'bool'), z(0), z(0)),
  ],
  addn: () => tf.addN([z(0, 2), z(0, 2)]),
  reshape: () => [
    tf.reshape(z(0, 3), [3, 0]),
    tf.reshape(rec(z(0, 3)), [0]),
    tf.transpose(rec(z(0, 3, 2))),
    tf.reverse(z(0, 3)),
    tf.tile(o(2, 3), [0, 1]),
    tf.tile(z(0, 3), [2, 2]),
    tf.slice(o(3, 3), [1, 1], [0, 2]),
    tf.expandDims(z(0)),
    tf.squeeze(z(1, 0)),
  ],
  pad: () => [
    tf.pad(
      z(0, 3),
      [
        [1, 1],
        [0, 0],
      ],
      2,
    ),
    tf.pad(rec(z(2, 0)), [
      [0, 0],
      [1, 0],
    ]),
  ],
  mirror: () =>
    tf.mirrorPad(
      o(2, 2),
      [
        [0, 0],
        [0, 0],
      ],
      'reflect',
    ),
  split: () => [
    ...tf.split(o(3, 2), [0, 3], 0),
    ...tf.split(z(0, 4), 2, 1),
    ...tf.split(rec(o(3, 2)), [0, 1, 0, 2], 0),
  ],
  unstack: () => [...tf.unstack(z(2, 0)), ...tf.unstack(z(0, 2), 1)],
  unstack0: () => tf.unstack(z(0, 2)),
  gather: () => [
    tf.gather(o(3, 2), i([], [0])),
    tf.gather(z(3, 0), i([1], [1])),
    tf.gather(rec(o(3, 2)), i([], [0, 2]), 1),
  ],
  gathernd: () => tf.gatherND(o(3, 2), i([], [0, 1])),
  scatter: () => [
    tf.scatterND(i([], [0, 1]), z(0), [3]),
    tf.scatterND(i([], [0, 1]), z(0, 2), [3, 2]),
  ],
  segsum: () => [
    tf.unsortedSegmentSum(z(0, 2), i([], [0]), 3),
    tf.unsortedSegmentSum(z(2, 0), i([0, 1], [2]), 3),
  ],
  onehot: () => [tf.oneHot(i([], [0]), 3), tf.oneHot(i([], [0, 2]), 3)],
  sparse: () => tf.sparseToDense(i([], [0]), z(0), [4], tf.scalar(7)),
  topk: () => {
    const { values, indices } = tf.topk(z(0, 3), 2);
    return [values, indices];
  },
  topk0: () => {
    const { values, indices } = tf.topk(o(2, 3), 0);
    return [values, indices];
  },
  conv: () => [
    tf.conv2d(z(0, 4, 4, 2), o(3, 3, 2, 5), 1, 'same'),
    tf.conv2d(z(0, 4, 4, 2), o(3, 3, 2, 5), 2, 'valid'),
    tf.depthwiseConv2d(z(0, 4, 4, 2), o(3, 3, 2, 1), 1, 'same'),
    tf.conv2dTranspose(z(0, 4, 4, 2), o(3, 3, 5, 2), [0, 8, 8, 5], 2, 'same'),
    tf.conv1d(z(0, 4, 2), o(3, 2, 5), 1, 'same'),
  ],
  conv0c: () => tf.conv2d(z(1, 4, 4, 0), o(3, 3, 0, 5), 1, 'same'),
  conv0o: () => tf.conv2d(o(1, 4, 4, 2), z(3, 3, 2, 0), 1, 'same'),
  gradconv0: () =>
    tf.grad((x) => tf.sum(tf.conv2d(x as tf.Tensor4D, z(3, 3, 2, 0), 1, 'same')))(o(1, 4, 4, 2)),
  pool: () => [
    tf.maxPool(z(0, 4, 4, 2), 2, 2, 'same'),
    tf.avgPool(z(0, 4, 4, 2), 2, 2, 'same'),
    tf.maxPool(z(1, 4, 4, 0), 2, 2, 'same'),
  ],
  bn: () => tf.batchNorm(z(0, 4, 4, 2), o(2), o(2), o(2), o(2)),
  resize: () => [
    tf.image.resizeBilinear(z(0, 4, 4, 2), [8, 8]),
    tf.image.resizeNearestNeighbor(z(0, 4, 4, 2), [8, 8]),
  ],
  d2s: () => tf.depthToSpace(z(0, 2, 2, 4), 2),
  s2b: () => [
    tf.spaceToBatchND(
      z(0, 2, 2, 4),
      [2, 2],
      [
        [0, 0],
        [0, 0],
      ],
    ),
    tf.batchToSpaceND(
      z(0, 2, 2, 4),
      [2, 2],
      [
        [0, 0],
        [0, 0],
      ],
    ),
  ],
  grads: () => tf.grad((x) => tf.sum(tf.concat([x, o(2, 2)], 0)))(z(0, 2)),
  gradconv: () =>
    tf.grad((w) => tf.sum(tf.conv2d(z(0, 4, 4, 2), w as tf.Tensor4D, 1, 'same')))(o(3, 3, 2, 5)),
  gradmm: () => tf.grad((w) => tf.sum(tf.matMul(z(0, 2), w)))(o(2, 3)),
  gradmean: () => tf.grad((w) => tf.mean(tf.matMul(z(0, 2), w)))(o(2, 3)),
  gradgather: () => tf.grad((w) => tf.sum(tf.gather(w, i([], [0]))))(o(2, 3)),
  gradpool: () =>
    tf.grad((w) => tf.sum(tf.maxPool(tf.mul(z(0, 4, 4, 2), w) as tf.Tensor4D, 2, 2, 'same')))(o(2)),
  graddw: () =>
    tf.grad((w) => tf.sum(tf.depthwiseConv2d(z(0, 4, 4, 2), w as tf.Tensor4D, 1, 'same')))(
      o(3, 3, 2, 1),
    ),
  gradbias: () => tf.grad((b) => tf.sum(tf.add(z(0, 4, 4, 2), b)))(o(2)),
  loss: () => [
    tf.losses.meanSquaredError(z(0, 2), z(0, 2)),
    tf.losses.softmaxCrossEntropy(z(0, 2), z(0, 2)),
  ],
  cast: () => [tf.cast(z(0), 'int32'), tf.cast(i([], [0]), 'bool'), tf.cast(rec(z(0)), 'int32')],
  bcast: () => [tf.broadcastTo(z(0, 1), [0, 3]), tf.broadcastTo(z(1, 1), [0, 3])],
  strided: () => tf.stridedSlice(o(4, 4), [2, 0], [2, 4], [1, 1]),
  clip: () => tf.clipByValue(z(0), 0, 1),
  range: () => tf.range(3, 3),
  lin: () => tf.fill([0, 2], 3),
  bincount: () => tf.bincount(i([], [0]), z(0), 3),
  prelu: () => tf.prelu(z(0, 2), o(2)),
  dilated: () => tf.conv2d(z(0, 9, 9, 2), o(3, 3, 2, 5), 1, 'same', 'NHWC', 2),
  lstm: () => tf.basicLSTMCell(tf.scalar(1), o(3, 8), o(8), z(0, 1), z(0, 2), z(0, 2)),
};

describe('tensors without elements', () => {
  for (const [title, run] of Object.entries(cases)) sameAsCpu(title, run);

  test('of a concatenation of parts without rows: the columns of all (by hand)', async () => {
    const joined = tf.concat([tf.zeros([0, 2]), tf.zeros([0, 3])], 1);
    expect(joined.shape).toEqual([0, 5]);
    expect(Array.from(await tf.sum(joined, 0).data())).toEqual([0, 0, 0, 0, 0]);
  });
});
