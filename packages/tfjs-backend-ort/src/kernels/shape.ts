import * as tf from '@tensorflow/tfjs-core';
import type { KernelDefinition } from '../graph/kernel.ts';
import { repeated } from '../graph/repeated.ts';
import { identity, sizeOf } from '../graph/value-type.ts';
import { concat, reshape, slice, transpose } from './moves.ts';

const axisOf = (axis: number, rank: number) => (axis < 0 ? axis + rank : axis);
const insert = (shape: readonly number[], axis: number, size: number) => [
  ...shape.slice(0, axis),
  size,
  ...shape.slice(axis),
];

const withElements = <T extends { readonly shape: readonly number[] }>(parts: readonly T[]) =>
  parts.filter(({ shape }) => sizeOf(shape) > 0);

/** Kernels that make, move and join elements without changing them. */
export const shapeKernels: readonly KernelDefinition[] = [
  {
    name: 'Fill',
    inputs: [],
    outputs: (_inputs, { shape, dtype }) => ({ shape, dtype }),
    emit: (graph, _inputs, { shape, dtype, value }) =>
      repeated(graph, graph.handle(graph.scalar(value, dtype), [], dtype), shape),
  },
  {
    name: 'Reshape',
    inputs: ['x'],
    outputs: ([x], { shape }) => ({ shape, dtype: x!.dtype }),
    emit: (graph, [x], { shape }) => reshape(graph, x!, shape),
  },
  {
    name: 'Transpose',
    inputs: ['x'],
    attrs: ({ perm }) => ({ perm }),
    outputs: ([x], { perm }) => ({
      shape: perm.map((axis: number) => x!.shape[axis]!),
      dtype: x!.dtype,
    }),
    emit: (_graph, [x], { perm }) => transpose(x!, perm),
  },
  {
    name: 'Cast',
    inputs: ['x'],
    outputs: ([x], { dtype }) => ({ shape: x!.shape, dtype }),
    emit: (graph, [x], { dtype }) => graph.cast(x!, dtype),
  },
  {
    name: 'Reverse',
    inputs: ['x'],
    attrs: ({ dims }, [x]) => ({ axes: tf.util.parseAxisParam(dims, [...x!.shape]) }),
    outputs: ([x]) => x!,
    emit: (graph, [x], { axes }) =>
      axes.length === 0
        ? x!
        : slice(
            graph,
            x!,
            x!.shape.map((size, i) => (axes.includes(i) ? size - 1 : 0)),
            x!.shape.map((size, i) => (axes.includes(i) ? -1 : size)),
            x!.shape.map((_, i) => (axes.includes(i) ? -1 : 1)),
          ),
  },
  {
    name: 'MirrorPad',
    inputs: ['x'],
    outputs: ([x], { paddings }) => ({
      shape: x!.shape.map((size, i) => size + paddings[i][0] + paddings[i][1]),
      dtype: x!.dtype,
    }),
    // One gather an axis: ONNX has no symmetric padding.
    emit: (graph, [x], { paddings, mode }, [out]) => {
      const edge = mode === 'symmetric' ? 1 : 0;
      let name = x!.name;
      x!.shape.forEach((size, axis) => {
        const [before, after] = paddings[axis];
        if (before === 0 && after === 0) return;
        const places = identity(before + size + after).map((i) => {
          const at = i - before;
          if (at < 0) return -at - edge;
          return at < size ? at : 2 * size - 2 - at + edge;
        });
        name = graph.op('Gather', [name, graph.ints(places)], { axis: x!.layout.indexOf(axis) });
      });
      return graph.handle(name, out!.shape, x!.dtype, x!.layout);
    },
  },
  {
    name: 'Concat',
    inputs: ['...'],
    attrs: ({ axis }, parts) => {
      const place = axisOf(axis, parts[0]!.shape.length);
      const types = new Set(withElements(parts).map(({ dtype }) => dtype));
      if (types.size > 1) {
        throw new TypeError(
          `\`concat\`: all tensors must be of one type, got ${[...types].join(' and ')}; make them one by \`tf.cast\`.`,
        );
      }
      tf.backend_util.assertParamsConsistent(
        parts.map((one) => [...one.shape]),
        place,
      );
      return { axis: place };
    },
    outputs: (parts, { axis }) => ({
      shape: tf.backend_util.computeOutShape(
        parts.map((one) => [...one.shape]),
        axis,
      ),
      dtype: (withElements(parts)[0] ?? parts[0]!).dtype,
    }),
    emit: (graph, parts, { axis }, [out]) => {
      const full = withElements(parts);
      return full.length === 0
        ? graph.filled(out!.shape, out!.dtype, 0)
        : concat(graph, full, axis);
    },
  },
  {
    name: 'Pack',
    inputs: ['...'],
    attrs: ({ axis }, parts) => {
      const [first] = parts;
      for (const { shape, dtype } of parts) {
        tf.util.assertShapesMatch([...first!.shape], [...shape], '`stack`: ');
        if (dtype !== first!.dtype) {
          throw new TypeError(`\`stack\`: all tensors must be ${first!.dtype}, got ${dtype}.`);
        }
      }
      return { axis: axisOf(axis, first!.shape.length + 1) };
    },
    outputs: (parts, { axis }) => ({
      shape: insert(parts[0]!.shape, axis, parts.length),
      dtype: parts[0]!.dtype,
    }),
    emit: (graph, parts, { axis }) =>
      concat(
        graph,
        parts.map((one) => reshape(graph, one, insert(one.shape, axis, 1))),
        axis,
      ),
  },
  {
    name: 'Unpack',
    inputs: ['value'],
    attrs: ({ axis }, [x]) => ({ axis: axisOf(axis, x!.shape.length) }),
    outputs: ([x], { axis }) =>
      identity(x!.shape[axis]!).map(() => ({
        shape: x!.shape.filter((_, i) => i !== axis),
        dtype: x!.dtype,
      })),
    emit: (graph, [x], { axis }, results) =>
      results.map(({ shape }, at) => {
        const begin = x!.shape.map((_, i) => (i === axis ? at : 0));
        const end = x!.shape.map((size, i) => (i === axis ? at + 1 : size));
        return reshape(graph, slice(graph, x!, begin, end), shape);
      }),
  },
  {
    name: 'SplitV',
    inputs: ['x'],
    attrs: ({ numOrSizeSplits, axis }, [x]) => {
      const at = axisOf(axis, x!.shape.length);
      const sizes = tf.backend_util.prepareSplitSize(
        { shape: [...x!.shape] } as tf.Tensor,
        numOrSizeSplits,
        at,
      );
      return { axis: at, sizes };
    },
    outputs: ([x], { axis, sizes }) =>
      sizes.map((size: number) => ({
        shape: x!.shape.map((old, i) => (i === axis ? size : old)),
        dtype: x!.dtype,
      })),
    emit: (graph, [x], { axis, sizes }, results) =>
      graph
        .ops('Split', [x!.name, graph.ints(sizes)], results.length, {
          axis: x!.layout.indexOf(axis),
        })
        .map((name, i) => graph.handle(name, results[i]!.shape, x!.dtype, x!.layout)),
  },
  {
    name: 'Tile',
    inputs: ['x'],
    outputs: ([x], { reps }) => ({
      shape: x!.shape.map((size, i) => size * reps[i]),
      dtype: x!.dtype,
    }),
    emit: (graph, [x], { reps }, [out]) =>
      graph.handle(
        graph.op('Tile', [x!.name, graph.ints(x!.layout.map((axis) => reps[axis]))]),
        out!.shape,
        x!.dtype,
        x!.layout,
      ),
  },
  {
    name: 'BroadcastTo',
    inputs: ['x'],
    outputs: ([x], { shape }) => ({ shape, dtype: x!.dtype }),
    emit: (graph, [x], { shape }) =>
      graph.handle(graph.op('Expand', [graph.plain(x!), graph.ints(shape)]), shape, x!.dtype),
  },
];
