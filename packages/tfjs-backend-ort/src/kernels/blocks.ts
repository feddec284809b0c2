import * as tf from '@tensorflow/tfjs-core';
import type { KernelDefinition } from '../graph/kernel.ts';
import { identity, sizeOf } from '../graph/value-type.ts';
import { pad, reshape, slice, transpose } from './moves.ts';

/** Kernels that exchange blocks of pixels with the batch or the channels. */
export const blockKernels: readonly KernelDefinition[] = [
  {
    name: 'DepthToSpace',
    inputs: ['x'],
    attrs: ({ blockSize, dataFormat }) => ({ size: blockSize, dataFormat: dataFormat ?? 'NHWC' }),
    outputs: ([x], { size, dataFormat }) => {
      const [b, h, w, c] = x!.shape as [number, number, number, number];
      return {
        shape:
          dataFormat === 'NHWC'
            ? [b, h * size, w * size, c / size / size]
            : [b, h / size / size, w * size, c * size],
        dtype: x!.dtype,
      };
    },
    emit: (graph, [x], { size, dataFormat }, [out]) => {
      const [b, d1, d2, d3] = x!.shape as [number, number, number, number];
      const plain = graph.handle(graph.plain(x!), x!.shape, x!.dtype);
      const [parts, perm] =
        dataFormat === 'NHWC'
          ? [
              [b, d1, d2, size, size, d3 / size / size],
              [0, 1, 3, 2, 4, 5],
            ]
          : [
              [b, size, size, d1 / size / size, d2, d3],
              [0, 3, 4, 1, 5, 2],
            ];
      return reshape(graph, transpose(reshape(graph, plain, parts), perm), out!.shape);
    },
  },
  {
    name: 'SpaceToBatchND',
    inputs: ['x'],
    outputs: ([x], { blockShape, paddings }) => {
      const padded = x!.shape.map((size, i) => {
        const extra = i > 0 && i <= blockShape.length ? paddings[i - 1] : [0, 0];
        return size + extra[0] + extra[1];
      });
      const blocks = sizeOf(blockShape);
      return {
        shape: padded.map((size, i) =>
          i === 0 ? size * blocks : i <= blockShape.length ? size / blockShape[i - 1] : size,
        ),
        dtype: x!.dtype,
      };
    },
    emit: (graph, [x], { blockShape, paddings }, [out]) => {
      const rank = x!.shape.length;
      const all = identity(rank).map((i) =>
        i > 0 && i <= blockShape.length ? paddings[i - 1] : [0, 0],
      );
      const padded = pad(graph, x!, all, graph.scalar(0, x!.dtype));
      const parts = tf.backend_util.getReshaped(
        [...padded.shape],
        blockShape,
        sizeOf(blockShape),
        false,
      );
      const perm = tf.backend_util.getPermuted(parts.length, blockShape.length, false);
      const plain = graph.handle(graph.plain(padded), padded.shape, x!.dtype);
      return reshape(graph, transpose(reshape(graph, plain, parts), perm), out!.shape);
    },
  },
  {
    name: 'BatchToSpaceND',
    inputs: ['x'],
    outputs: ([x], { blockShape, crops }) => ({
      shape: x!.shape.map((size, i) => {
        if (i === 0) return size / sizeOf(blockShape);
        if (i > blockShape.length) return size;
        return size * blockShape[i - 1] - crops[i - 1][0] - crops[i - 1][1];
      }),
      dtype: x!.dtype,
    }),
    emit: (graph, [x], { blockShape, crops }, [out]) => {
      const shape = [...x!.shape];
      const blocks = sizeOf(blockShape);
      const parts = tf.backend_util.getReshaped(shape, blockShape, blocks);
      const perm = tf.backend_util.getPermuted(parts.length, blockShape.length);
      const whole = tf.backend_util.getReshapedPermuted(shape, blockShape, blocks);
      const plain = graph.handle(graph.plain(x!), x!.shape, x!.dtype);
      const joined = reshape(graph, transpose(reshape(graph, plain, parts), perm), whole);
      const begin = identity(shape.length).map((i) =>
        i > 0 && i <= blockShape.length ? crops[i - 1][0] : 0,
      );
      return slice(
        graph,
        joined,
        begin,
        begin.map((from, i) => from + out!.shape[i]!),
      );
    },
  },
];
