import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { GraphBuilder, nchw } from '../src/graph/graph-builder.ts';
import { leastOf, repeated } from '../src/graph/repeated.ts';
import { binaryKernels } from '../src/kernels/binary.ts';
import { random, sameAsCpu, whole } from './against-cpu.ts';

const grad = (f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor) => tf.grad((y) => tf.sum(f(y)))(x);

describe('what repeats a smaller value', () => {
  sameAsCpu('gradients of sums and means', () =>
    [[0], [1, 2], [0, 1, 2, 3], [-1]].flatMap((axes) => [
      grad((x) => tf.sum(x, axes), random([2, 3, 4, 5])),
      grad((x) => tf.square(tf.mean(x, axes)), random([2, 3, 4, 5])),
      // Two ways from one value: the gradients add up.
      grad((x) => tf.mul(tf.mean(x, axes, true), x), random([2, 3, 4, 5])),
    ]),
  );
  sameAsCpu('results that are wanted as they are', () => [
    tf.add(tf.ones([2, 3]), tf.scalar(2)),
    tf.mul(tf.zeros([2, 3]), random([3])),
    tf.mul(tf.ones([2, 1, 3], 'int32'), whole([3])),
    tf.div(tf.fill([4], 7, 'int32'), tf.scalar(2, 'int32')),
    tf.mul(tf.ones([0, 3]), random([3])),
    tf.mul(tf.ones([3]), tf.ones([0, 1])),
  ]);
  sameAsCpu('further work on them', () => {
    const wide = tf.mul(random([2, 1, 1, 3]), tf.ones([2, 4, 5, 3]));
    const flags = tf.greater(wide, tf.scalar(0));
    return [
      ...[tf.relu(wide), tf.transpose(wide, [3, 0, 1, 2]), tf.sum(wide, [1]), tf.cumsum(wide, 2)],
      ...[flags, tf.cast(flags, 'int32'), tf.logicalAnd(flags, tf.ones([2, 4, 5, 3], 'bool'))],
      ...[tf.where(flags, wide, random([2, 4, 5, 3])), tf.addN([wide, random([2, 4, 5, 3]), wide])],
      ...[
        tf.reshape(wide, [2, 60]),
        tf.concat([wide, wide], 1),
        tf.slice(wide, [0, 1, 1, 0], [2, 2, 2, 3]),
      ],
      tf.conv2d(wide as tf.Tensor4D, random([3, 3, 3, 2]) as tf.Tensor4D, 1, 'same'),
    ];
  });

  test('element-wise operators do not write it out, and take it in any layout', () => {
    const graph = new GraphBuilder(true);
    const add = binaryKernels.find(({ name }) => name === 'Add')!;
    const shape = [4, 32, 32, 64];
    const small = graph.handle(
      graph.input('s', 'float32', [4, 1, 1, 64]),
      [4, 1, 1, 64],
      'float32',
    );
    const big = graph.handle(graph.input('b', 'float32', [4, 64, 32, 32]), shape, 'float32', nchw);
    const wide = repeated(graph, small, shape);
    const out = [{ shape, dtype: 'float32' }] as const;
    const twice = [add.emit(graph, [wide, wide], {}, out)].flat()[0]!;
    const sum = [add.emit(graph, [twice, big], {}, out)].flat()[0]!;
    expect(leastOf(twice).shape).toEqual([4, 1, 1, 64]);
    expect(sum.layout).toEqual(nchw);
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Add', 'Reshape', 'Add']);
    expect(twice.name).toBe(twice.name);
    expect(graph.nodes.at(-1)!.op).toBe('Expand');
  });
});
