import * as tf from '@tensorflow/tfjs-core';
import type { GraphBuilder, Handle } from '../graph/graph-builder.ts';
import type { KernelDefinition } from '../graph/kernel.ts';
import { countable, identity, sizeOf } from '../graph/value-type.ts';
import { transpose } from './moves.ts';
import { SHORT } from './sums.ts';

const long = (graph: GraphBuilder, x: Handle) => graph.castName(graph.plain(x), 'int64');

/** Adds rows to zeros of `shape`, at `places` of int64; in double precision where many may meet. */
function addRows(
  graph: GraphBuilder,
  shape: readonly number[],
  places: string,
  rows: string,
  { dtype, count }: { dtype: Handle['dtype']; count: number },
): string {
  const isLong = dtype === 'float32' && count > SHORT && graph.contrib;
  const type = isLong ? 'float64' : dtype;
  const base = graph.op('Expand', [graph.scalar(0, type), graph.ints(shape)]);
  const values = isLong ? graph.castName(rows, 'float64') : rows;
  const sums = graph.op('ScatterND', [base, places, values], { reduction: 'add' });
  return isLong ? graph.castName(sums, 'float32') : sums;
}

/** Updates and the places that they go to, in the forms of `ScatterND`; one may stand for all. */
function scattered(
  graph: GraphBuilder,
  shape: readonly number[],
  indices: Handle,
  updates: Handle,
): { places: string; values: string; count: number } {
  const deep = indices.shape.length > 1 ? indices.shape.at(-1)! : 1;
  const count = sizeOf(indices.shape) / Math.max(1, deep);
  const target = [count, ...shape.slice(deep)];
  const values = graph.op('Expand', [
    sizeOf(updates.shape) === 1
      ? graph.plain(updates)
      : graph.reshape(graph.plain(updates), updates.shape, target),
    graph.ints(target),
  ]);
  const places = graph.reshape(long(graph, indices), indices.shape, [count, deep]);
  return { places, values, count };
}

/** Kernels that look values up or put them somewhere by index. */
export const indexingKernels: readonly KernelDefinition[] = [
  {
    name: 'GatherV2',
    inputs: ['x', 'indices'],
    attrs: ({ axis, batchDims }, [x, indices]) => {
      const at = tf.util.parseAxisParam(axis, [...x!.shape])[0]!;
      tf.backend_util.segment_util.collectGatherOpShapeInfo(
        x as unknown as tf.Tensor,
        indices as unknown as tf.Tensor,
        at,
        batchDims ?? 0,
      );
      const batch = batchDims < 0 ? batchDims + indices!.shape.length : (batchDims ?? 0);
      return { axis: at, batchDims: batch };
    },
    outputs: ([x, indices], { axis, batchDims }) => ({
      shape: [
        ...x!.shape.slice(0, axis),
        ...indices!.shape.slice(batchDims),
        ...x!.shape.slice(axis + 1),
      ],
      dtype: x!.dtype,
    }),
    emit: (graph, [x, indices], { axis, batchDims }, [out]) => {
      const places = graph.plain(graph.cast(indices!, 'int32'));
      if (batchDims === 0) {
        const name = graph.op('Gather', [graph.plain(x!), places], { axis });
        return graph.handle(name, out!.shape, x!.dtype);
      }
      // GatherND wants the axis right behind the batch: move it there and the rest back.
      const rank = x!.shape.length;
      const rest = identity(rank).filter((i) => i >= batchDims && i !== axis);
      const moved = transpose(x!, [...identity(batchDims), axis, ...rest]);
      const pairs = graph.reshape(places, indices!.shape, [...indices!.shape, 1]);
      const name = graph.op('GatherND', [graph.plain(moved), graph.castName(pairs, 'int64')], {
        batch_dims: batchDims,
      });
      // Now [batch, picked, axes before, axes after]; the axes before go in front of the picked.
      const picked = indices!.shape.length - batchDims;
      const before = axis - batchDims;
      const found = graph.handle(
        name,
        [...indices!.shape, ...rest.map((i) => x!.shape[i]!)],
        x!.dtype,
      );
      const behind = identity(found.shape.length).slice(batchDims + picked);
      return transpose(found, [
        ...identity(batchDims),
        ...behind.slice(0, before),
        ...identity(picked).map((i) => i + batchDims),
        ...behind.slice(before),
      ]);
    },
  },
  {
    name: 'GatherNd',
    inputs: ['params', 'indices'],
    attrs: (_attrs, operands) => {
      const [params, indices] = operands.map(({ shape, dtype }) => ({
        shape: [...shape],
        rank: shape.length,
        dtype,
      }));
      tf.backend_util.prepareAndValidate(
        params as unknown as tf.TensorInfo,
        indices as unknown as tf.TensorInfo,
      );
      return {};
    },
    outputs: ([params, indices]) => ({
      shape: [...indices!.shape.slice(0, -1), ...params!.shape.slice(indices!.shape.at(-1) ?? 0)],
      dtype: params!.dtype,
    }),
    emit: (graph, [params, indices], _attrs, [out]) =>
      graph.handle(
        graph.op('GatherND', [graph.plain(params!), long(graph, indices!)]),
        out!.shape,
        out!.dtype,
      ),
  },
  {
    name: 'ScatterNd',
    inputs: ['indices', 'updates'],
    attrs: ({ shape }) => ({ shape }),
    outputs: ([, updates], { shape }) => ({ shape, dtype: updates!.dtype }),
    emit: (graph, [indices, updates], { shape }, [out]) => {
      const wide = graph.cast(updates!, countable(updates!.dtype));
      const { places, values, count } = scattered(graph, shape, indices!, wide);
      const name = addRows(graph, shape, places, values, { dtype: wide.dtype, count });
      return graph.cast(graph.handle(name, shape, wide.dtype), out!.dtype);
    },
  },
  {
    name: 'SparseToDense',
    inputs: ['sparseIndices', 'sparseValues', 'defaultValue'],
    outputs: ([, values], { outputShape }) => ({ shape: outputShape, dtype: values!.dtype }),
    emit: (graph, [indices, values, rest], { outputShape }, [out]) => {
      const work = countable(out!.dtype);
      const [wide, filler] = [graph.cast(values!, work), graph.cast(rest!, work)];
      const base = graph.op('Expand', [graph.plain(filler), graph.ints(outputShape)]);
      const { places, values: updates } = scattered(graph, outputShape, indices!, wide);
      const name = graph.op('ScatterND', [base, places, updates], { reduction: 'none' });
      return graph.cast(graph.handle(name, outputShape, work), out!.dtype);
    },
  },
  {
    name: 'UnsortedSegmentSum',
    inputs: ['x', 'segmentIds'],
    outputs: ([x, ids], { numSegments }) => ({
      shape: [numSegments, ...x!.shape.slice(ids!.shape.length)],
      dtype: x!.dtype,
    }),
    // Numbers outside the segments go to one row too many, which is cut off.
    emit: (graph, [x, ids], { numSegments }, [out]) => {
      const numbers = long(graph, ids!);
      const last = graph.scalar(numSegments, 'int64');
      const inside = graph.op('And', [
        graph.op('GreaterOrEqual', [numbers, graph.scalar(0, 'int64')]),
        graph.op('Less', [numbers, last]),
      ]);
      const rows = graph.reshape(graph.op('Where', [inside, numbers, last]), ids!.shape, [
        ...ids!.shape,
        1,
      ]);
      const shape = [numSegments + 1, ...out!.shape.slice(1)];
      const count = sizeOf(ids!.shape);
      const sums = addRows(graph, shape, rows, graph.plain(x!), { dtype: x!.dtype, count });
      const name = graph.op('Slice', [
        sums,
        graph.ints([0]),
        graph.ints([numSegments]),
        graph.ints([0]),
      ]);
      return graph.handle(name, out!.shape, out!.dtype);
    },
  },
  {
    name: 'OneHot',
    inputs: ['indices'],
    attrs: ({ depth, onValue, offValue, dtype }) => ({ depth, onValue, offValue, dtype }),
    outputs: ([indices], { depth, dtype }) => ({
      shape: [...indices!.shape, depth],
      dtype: dtype ?? 'float32',
    }),
    emit: (graph, [indices], { depth, onValue, offValue }, [out]) => {
      const places = graph.reshape(graph.plain(graph.cast(indices!, 'int32')), indices!.shape, [
        ...indices!.shape,
        1,
      ]);
      const range = graph.initializer('int32', [depth], Int32Array.from(identity(depth)));
      const work = countable(out!.dtype);
      const name = graph.op('Where', [
        graph.op('Equal', [places, range]),
        graph.scalar(onValue, work),
        graph.scalar(offValue, work),
      ]);
      return graph.cast(graph.handle(name, out!.shape, work), out!.dtype);
    },
  },
  {
    name: 'TopK',
    inputs: ['x'],
    outputs: ([x], { k }) => {
      const shape = [...x!.shape.slice(0, -1), k];
      return [
        { shape, dtype: x!.dtype },
        { shape, dtype: 'int32' },
      ];
    },
    emit: (graph, [x], { k }, [values, places]) => {
      const operand = graph.cast(x!, countable(x!.dtype));
      const [found, at] = graph.ops('TopK', [graph.plain(operand), graph.ints([k])], 2, {
        axis: -1,
        sorted: 1,
      }) as [string, string];
      return [
        graph.cast(graph.handle(found, values!.shape, operand.dtype), x!.dtype),
        graph.handle(graph.castName(at, 'int32'), places!.shape, 'int32'),
      ];
    },
  },
];
