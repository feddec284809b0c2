import * as tf from '@tensorflow/tfjs-core';
import { describe } from 'vitest';
import { positive, random, sameAsCpu, truth, whole } from './against-cpu.ts';

describe('reductions', () => {
  const axes: (number | number[] | undefined)[] = [undefined, 0, -1, [0, 2], [1, 2]];
  const functions: [
    string,
    (x: tf.Tensor, axis?: number | number[], keep?: boolean) => tf.Tensor,
  ][] = [
    ['sum', tf.sum],
    ['mean', tf.mean],
    ['max', tf.max],
    ['min', tf.min],
    ['prod', tf.prod],
    ['logSumExp', tf.logSumExp],
  ];
  for (const [name, apply] of functions) {
    sameAsCpu(name, () =>
      axes.flatMap((axis) => [
        apply(random([2, 3, 4]), axis, false),
        apply(random([2, 3, 4]), axis, true),
      ]),
    );
    sameAsCpu(`${name} of whole numbers`, () => apply(whole([2, 3, 4]), -1));
  }
  sameAsCpu('any and all', () => [
    tf.any(truth([3, 4]), 1),
    tf.all(truth([3, 4]), 0),
    tf.all(truth([3, 4])),
    tf.sum(truth([3, 4]), 1),
    tf.mean(truth([3, 4]), 1),
  ]);
  sameAsCpu('argMax and argMin', () => [
    tf.argMax(random([2, 3, 4]), 1),
    tf.argMin(random([2, 3, 4]), -1),
    tf.argMax(whole([2, 3, 4]), 0),
    tf.argMax(random([7])),
  ]);
  sameAsCpu('softmax and logSoftmax', () => [
    tf.softmax(random([3, 5])),
    tf.logSoftmax(random([3, 5])),
    tf.logSoftmax(tf.transpose(random([3, 5]))),
  ]);
  sameAsCpu('cumsum', () => [
    tf.cumsum(random([3, 5]), 1),
    tf.cumsum(random([3, 5]), 0, true, false),
    tf.cumsum(whole([3, 5]), 1, true, true),
  ]);
  sameAsCpu('moments', () => {
    const { mean, variance } = tf.moments(random([3, 4, 5]), [0, 1]);
    return [mean, variance];
  });
});

describe('products of matrices', () => {
  for (const [ta, tb] of [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ] as const) {
    const shape = (m: number, n: number, turned: boolean) => (turned ? [n, m] : [m, n]);
    sameAsCpu(`transposes ${ta} ${tb}`, () => [
      tf.matMul(random(shape(3, 4, ta)), random(shape(4, 5, tb), 2), ta, tb),
      tf.matMul(random([2, ...shape(3, 4, ta)]), random([2, ...shape(4, 5, tb)], 2), ta, tb),
      tf.matMul(random([1, ...shape(3, 4, ta)]), random([6, ...shape(4, 5, tb)], 2), ta, tb),
    ]);
  }
  sameAsCpu('after a transposition', () =>
    tf.matMul(tf.transpose(random([2, 4, 3]), [0, 2, 1]), random([2, 4, 5], 2)),
  );
  sameAsCpu('fused', () => [
    tf.fused.matMul({
      a: random([3, 4]) as tf.Tensor2D,
      b: random([4, 5], 2) as tf.Tensor2D,
      bias: random([5], 3),
      activation: 'relu',
    }),
  ]);
  sameAsCpu('einsum', () => [
    tf.einsum('bij,bjk->bik', random([2, 3, 4]), random([2, 4, 5], 2)),
    tf.einsum('ij,kj->ki', random([3, 4]), random([5, 4], 2)),
    tf.einsum('ij->j', random([3, 4])),
  ]);
});

describe('moving elements', () => {
  const x = () => random([2, 3, 4, 5]);
  sameAsCpu('reshape, expandDims, squeeze', () => [
    tf.reshape(x(), [6, 20]),
    tf.reshape(tf.relu(x()), [2, -1]),
    tf.expandDims(tf.relu(x()), 2),
    tf.squeeze(random([1, 3, 1, 2])),
  ]);
  sameAsCpu('transpose and what follows it', () => {
    const turned = tf.transpose(x(), [0, 3, 1, 2]);
    return [
      turned,
      tf.transpose(turned),
      tf.reshape(turned, [2, 5, 12]),
      tf.reshape(turned, [10, 12]),
      tf.reshape(turned, [5, 24]),
      tf.sum(turned, [1, 3]),
      tf.add(turned, random([4], 3)),
      tf.mul(turned, turned),
      tf.slice(turned, [0, 1, 0, 2], [1, 3, 3, 2]),
      tf.concat([turned, turned], 1),
      tf.softmax(turned),
      tf.argMax(turned, 1),
      tf.tile(turned, [1, 2, 1, 3]),
      tf.pad(
        turned,
        [
          [0, 0],
          [1, 2],
          [0, 1],
          [0, 0],
        ],
        3,
      ),
      tf.mirrorPad(
        turned,
        [
          [0, 0],
          [1, 2],
          [0, 1],
          [0, 0],
        ],
        'reflect',
      ),
      tf.reverse(turned, [1, 3]),
      ...tf.split(turned, [2, 3], 1),
      ...tf.unstack(turned, 2),
      tf.stack([turned, turned], 2),
      tf.gather(turned, tf.tensor1d([2, 0], 'int32'), 1),
      tf.cumsum(turned, 1),
      tf.broadcastTo(tf.transpose(random([4, 3])), [2, 3, 4]),
    ];
  });
  sameAsCpu('slices', () => [
    tf.slice(x(), [1, 0, 1, 2], [1, 2, -1, 2]),
    tf.stridedSlice(x(), [0, 2, 0, 4], [2, 0, 4, -6], [1, -1, 2, -2]),
    tf.stridedSlice(x(), [0, 1], [2, 3], [1, 1], 0, 0, 0, 0, 2),
  ]);
  sameAsCpu('padding', () => [
    tf.pad(
      random([2, 3]),
      [
        [1, 0],
        [0, 2],
      ],
      0.5,
    ),
    tf.pad(
      whole([2, 3]),
      [
        [1, 0],
        [0, 2],
      ],
      7,
    ),
    tf.mirrorPad(
      random([3, 4]),
      [
        [2, 1],
        [3, 2],
      ],
      'symmetric',
    ),
    tf.mirrorPad(
      random([3, 4]),
      [
        [2, 1],
        [3, 2],
      ],
      'reflect',
    ),
  ]);
  sameAsCpu('concat, stack, tile, reverse of whole numbers and truth values', () => [
    tf.concat([whole([2, 3]), whole([1, 3], 2)], 0),
    tf.stack([truth([2, 3]), truth([2, 3], 2)], -1),
    tf.tile(truth([2, 3]), [2, 1]),
    tf.reverse(whole([2, 3]), 1),
  ]);
  sameAsCpu('space and batch', () => [
    tf.spaceToBatchND(
      random([2, 4, 6, 3]),
      [2, 3],
      [
        [0, 0],
        [0, 0],
      ],
    ),
    tf.spaceToBatchND(
      random([1, 3, 3, 1]),
      [2, 2],
      [
        [1, 0],
        [0, 1],
      ],
    ),
    tf.batchToSpaceND(
      random([8, 2, 2, 3]),
      [2, 2],
      [
        [0, 1],
        [1, 0],
      ],
    ),
    tf.depthToSpace(random([1, 2, 3, 8]) as tf.Tensor4D, 2),
  ]);
});

describe('looking up and placing', () => {
  const indices = () =>
    tf.tensor2d(
      [
        [0, 2],
        [1, 1],
      ],
      [2, 2],
      'int32',
    );
  sameAsCpu('gather', () => [
    tf.gather(random([3, 4]), indices(), 0),
    tf.gather(random([4, 3, 2]), indices(), 1),
    tf.gather(random([2, 3, 4]), indices(), 1, 1),
    tf.gather(random([2, 5, 3, 4]), indices(), 2, 1),
    tf.gatherND(random([3, 3, 4]), indices()),
  ]);
  sameAsCpu('scatterND adds up', () => [
    tf.scatterND(tf.tensor2d([[1], [3], [1]], [3, 1], 'int32'), random([3, 2]), [5, 2]),
    tf.scatterND(tf.tensor2d([[1], [3], [1]], [3, 1], 'int32'), whole([3]), [5]),
  ]);
  sameAsCpu('unsortedSegmentSum leaves out what belongs nowhere', () => [
    tf.unsortedSegmentSum(random([4, 3]), tf.tensor1d([1, 0, 1, 2], 'int32'), 3),
    tf.unsortedSegmentSum(random([4, 3]), tf.tensor1d([1, -1, 1, 2], 'int32'), 2),
  ]);
  sameAsCpu('oneHot', () => [
    tf.oneHot(tf.tensor1d([0, 2, -1, 5], 'int32'), 3),
    tf.oneHot(indices() as tf.Tensor, 3, 2.5, -1),
  ]);
  sameAsCpu('topk', () => {
    const { values, indices: at } = tf.topk(positive([3, 6]), 4);
    return [values, at];
  });
  sameAsCpu('creation', () => [
    tf.fill([2, 3], 1.5),
    tf.zerosLike(whole([2])),
    tf.onesLike(truth([2])),
    tf.range(1, 8, 2),
    tf.range(5, 0, -2, 'int32'),
    tf.linspace(0, 1, 5),
  ]);
});
