import * as tf from '@tensorflow/tfjs-core';
import type { KernelDefinition } from '../graph/kernel.ts';
import { identity, sizeOf } from '../graph/value.ts';
import type { GraphBuilder, Handle } from '../onnx/graph-builder.ts';
import { reshapeGroups } from './reshape-groups.ts';

/** Reshapes where the elements lie if the layout allows, else in the plain order. */
export function reshape(graph: GraphBuilder, x: Handle, shape: readonly number[]): Handle {
  const physical = x.layout.map((axis) => x.shape[axis]!);
  const layout = reshapeGroups(x.shape, x.layout, shape);
  if (layout === null) {
    return graph.handle(graph.reshape(graph.plain(x), x.shape, shape), shape, x.dtype);
  }
  const name = graph.reshape(
    x.name,
    physical,
    layout.map((axis) => shape[axis]!),
  );
  return graph.handle(name, shape, x.dtype, layout);
}

/** Exchanges axes; only the book-keeping changes. */
export function transpose(x: Handle, perm: readonly number[]): Handle {
  return {
    ...x,
    shape: perm.map((axis) => x.shape[axis]!),
    layout: x.layout.map((axis) => perm.indexOf(axis)),
  };
}

/** Cuts out `begin … end` (exclusive) of logical axes in steps, where they lie. */
export function slice(
  graph: GraphBuilder,
  x: Handle,
  begin: readonly number[],
  end: readonly number[],
  steps: readonly number[] = begin.map(() => 1),
): Handle {
  const shape = begin.map((from, i) => Math.max(0, Math.ceil((end[i]! - from) / steps[i]!)));
  const cut = identity(begin.length).filter((i) => shape[i] !== x.shape[i] || steps[i] !== 1);
  if (cut.length === 0) return x;
  const places = cut.map((axis) => x.layout.indexOf(axis));
  const name = graph.op('Slice', [
    x.name,
    graph.ints(cut.map((axis) => begin[axis]!)),
    // A backward slice ends before the first element, which ONNX writes as "far below zero".
    graph.ints(cut.map((axis) => (end[axis]! < 0 ? -(2 ** 31) : end[axis]!))),
    graph.ints(places),
    graph.ints(cut.map((axis) => steps[axis]!)),
  ]);
  return graph.handle(name, shape, x.dtype, x.layout);
}

/** Adds `[before, after]` elements to every logical axis, where they lie. */
export function pad(
  graph: GraphBuilder,
  x: Handle,
  paddings: readonly (readonly [number, number])[],
  value: string,
): Handle {
  const shape = x.shape.map((size, i) => size + paddings[i]![0] + paddings[i]![1]);
  if (paddings.every(([before, after]) => before === 0 && after === 0)) return x;
  const name = graph.op('Pad', [
    x.name,
    graph.ints([
      ...x.layout.map((axis) => paddings[axis]![0]),
      ...x.layout.map((axis) => paddings[axis]![1]),
    ]),
    value,
  ]);
  return graph.handle(name, shape, x.dtype, x.layout);
}

function concat(graph: GraphBuilder, parts: readonly Handle[], axis: number): Handle {
  const largest = parts.reduce((a, b) => (sizeOf(b.shape) > sizeOf(a.shape) ? b : a));
  const { layout } = largest;
  const shape = largest.shape.map((size, i) =>
    i === axis ? parts.reduce((sum, one) => sum + one.shape[axis]!, 0) : size,
  );
  const name = graph.op(
    'Concat',
    parts.map((one) => graph.inLayout(one, layout)),
    { axis: layout.indexOf(axis) },
  );
  return graph.handle(name, shape, largest.dtype, layout);
}

const axisOf = (axis: number, rank: number) => (axis < 0 ? axis + rank : axis);
const insert = (shape: readonly number[], axis: number, size: number) => [
  ...shape.slice(0, axis),
  size,
  ...shape.slice(axis),
];

/** Kernels that move elements without changing them. */
export const shapeKernels: readonly KernelDefinition[] = [
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
      return { begin: from, end: from.map((start, i) => start + sizes[i]!) };
    },
    outputs: ([x], { begin, end }) => ({
      shape: begin.map((from: number, i: number) => end[i] - from),
      dtype: x!.dtype,
    }),
    emit: (graph, [x], { begin, end }) => slice(graph, x!, begin, end),
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
      return {
        begin: info.begin,
        end: info.end,
        strides: info.strides,
        shape: info.finalShape,
      };
    },
    outputs: ([x], { shape }) => ({ shape, dtype: x!.dtype }),
    emit: (graph, [x], { begin, end, strides, shape }) =>
      reshape(graph, slice(graph, x!, begin, end, strides), shape),
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
    name: 'PadV2',
    inputs: ['x'],
    outputs: ([x], { paddings }) => ({
      shape: x!.shape.map((size, i) => size + paddings[i][0] + paddings[i][1]),
      dtype: x!.dtype,
    }),
    emit: (graph, [x], { paddings, constantValue }) =>
      pad(graph, x!, paddings, graph.scalar(Number(constantValue ?? 0), x!.dtype)),
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
      dtype: parts[0]!.dtype,
    }),
    emit: (graph, parts, { axis }, [out]) => {
      const full = parts.filter((one) => sizeOf(one.shape) > 0);
      return full.length === 0
        ? graph.handle(parts[0]!.name, out!.shape, out!.dtype)
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
