import * as tf from '@tensorflow/tfjs-core';
import type { GraphBuilder, Handle } from '../graph/graph-builder.ts';
import type { KernelDefinition } from '../graph/kernel.ts';
import { type Attrs, identity } from '../graph/value-type.ts';
import { pad, reshape, slice } from './moves.ts';

/**
 * Kernels whose numbers change from step to step in many programs: where a cut begins, how much is
 * padded. Recorded by `atPlaces` they have a number for each axis in `axes` (padding two: all in
 * front, all behind), as the attribute `places` or as an input.
 */
export const sliceKernels: readonly KernelDefinition[] = [
  {
    name: 'Slice',
    inputs: ['x'],
    attrs: ({ begin, size }, [x]) => {
      const [from, sizes] = tf.slice_util.parseSliceParams(
        { shape: [...x!.shape] } as tf.Tensor,
        begin,
        size,
      ) as [number[], number[]];
      tf.slice_util.assertParamsValid(
        { shape: [...x!.shape], rank: x!.shape.length } as unknown as tf.TensorInfo,
        from,
        sizes,
      );
      return { begin: from, size: sizes, strides: sizes.map(() => 1), shape: sizes };
    },
    outputs: ([x], { shape }) => ({ shape, dtype: x!.dtype }),
    emit: cutOut,
  },
  {
    name: 'StridedSlice',
    inputs: ['x'],
    attrs: (attrs, [x]) => {
      const info = tf.slice_util.sliceInfo(
        [...x!.shape],
        attrs['begin'],
        attrs['end'],
        attrs['strides'],
        attrs['beginMask'],
        attrs['endMask'],
        attrs['ellipsisMask'],
        attrs['newAxisMask'],
        attrs['shrinkAxisMask'],
      );
      const { begin, end, strides, finalShape } = info;
      const size = begin.map((from, i) => Math.max(0, Math.ceil((end[i]! - from) / strides[i]!)));
      return { begin, size, strides, shape: finalShape };
    },
    outputs: ([x], { shape }) => ({ shape, dtype: x!.dtype }),
    emit: cutOut,
  },
  {
    name: 'PadV2',
    inputs: ['x'],
    attrs: ({ paddings, constantValue }, [x]) => ({
      paddings,
      constantValue,
      shape: x!.shape.map((size, i) => size + paddings[i][0] + paddings[i][1]),
    }),
    outputs: ([x], { shape }) => ({ shape, dtype: x!.dtype }),
    emit: (graph, [x, input], { paddings, constantValue, axes, places, shape }) => {
      const value = graph.scalar(Number(constantValue ?? 0), x!.dtype);
      if (axes === undefined) return pad(graph, x!, paddings, value);
      const pads = input === undefined ? graph.ints(places) : graph.castName(input.name, 'int64');
      const name = graph.op('Pad', [x!.name, pads, value, graph.ints(physical(x!, axes))]);
      return graph.handle(name, shape, x!.dtype, x!.layout);
    },
  },
];

const physical = (x: Handle, axes: readonly number[]) => axes.map((axis) => x.layout.indexOf(axis));

function cutOut(
  graph: GraphBuilder,
  [x, input]: readonly (Handle | undefined)[],
  { axes, begin: given, places, size, strides, shape }: Attrs,
): Handle {
  if (axes === undefined) {
    const end = size.map((length: number, i: number) => given[i] + length * strides[i]);
    return reshape(graph, slice(graph, x!, given, end, strides), shape);
  }
  const whole = (values: readonly number[]) =>
    graph.initializer('int32', [values.length], Int32Array.from(values));
  const sizes = x!.shape.map((old, axis) => (axes.includes(axis) ? size[axis] : old));
  if (graph.webgpu && strides.some((stride: number) => stride < 0)) {
    // WebGPU begins every backward slice at the end.
    const from = input === undefined ? whole(places) : input.name;
    const name = axes.reduce((cut: string, axis: number, i: number) => {
      const first = graph.op('Slice', [from, whole([i]), whole([i + 1])]);
      const steps = whole(identity(size[axis]).map((n) => n * strides[axis]));
      const rows = graph.op('Add', [first, steps]);
      return graph.op('Gather', [cut, rows], { axis: x!.layout.indexOf(axis) });
    }, x!.name);
    return reshape(graph, graph.handle(name, sizes, x!.dtype, x!.layout), shape);
  }
  const lengths: number[] = axes.map((axis: number) => size[axis] * strides[axis]);
  const [begin, end] =
    input === undefined
      ? [whole(places), whole(lengths.map((length, i) => places[i] + length))]
      : [input.name, graph.op('Add', [input.name, whole(lengths)])];
  const steps = whole(axes.map((axis: number) => strides[axis]));
  const name = graph.op('Slice', [x!.name, begin, end, whole(physical(x!, axes)), steps]);
  return reshape(graph, graph.handle(name, sizes, x!.dtype, x!.layout), shape);
}

/** The axes that these attributes change. */
export function changedAxes(shape: readonly number[], attrs: Attrs): number[] {
  const { paddings, size, strides } = attrs;
  return identity(shape.length).filter((i) =>
    paddings === undefined
      ? size[i] !== shape[i] || strides[i] !== 1
      : paddings[i][0] + paddings[i][1] > 0,
  );
}
