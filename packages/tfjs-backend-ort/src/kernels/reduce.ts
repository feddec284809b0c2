import type { GraphBuilder, Handle } from '../graph/graph-builder.ts';
import { identity, sizeOf } from '../graph/value-type.ts';
import { SHORT, sumOf } from './sums.ts';

/** Reduces logical axes where they lie, by an ONNX operator. */
export function reduce(
  graph: GraphBuilder,
  op: string,
  x: Handle,
  axes: readonly number[],
  keepDims: boolean,
): Handle {
  if (axes.length === 0) return x;
  const name = graph.op(op, [x.name, graph.ints(places(x, axes))], { keepdims: keepDims ? 1 : 0 });
  return reduced(name, x, axes, keepDims);
}

/** Sum of float32 values, or of their squares, over logical axes. */
export function sum(
  graph: GraphBuilder,
  x: Handle,
  axes: readonly number[],
  keepDims = false,
  op: 'ReduceSum' | 'ReduceSumSquare' = 'ReduceSum',
): Handle {
  return isShort(graph, x, axes)
    ? reduce(graph, op, x, axes, keepDims)
    : long(graph, x, axes, keepDims, op, 1);
}

/** Mean of float32 values, or of their squares, over logical axes. */
export function mean(
  graph: GraphBuilder,
  x: Handle,
  axes: readonly number[],
  keepDims = false,
  op: 'ReduceSum' | 'ReduceSumSquare' = 'ReduceSum',
): Handle {
  const count = axes.reduce((product, axis) => product * x.shape[axis]!, 1);
  if (!isShort(graph, x, axes)) return long(graph, x, axes, keepDims, op, count);
  if (op === 'ReduceSum') return reduce(graph, 'ReduceMean', x, axes, keepDims);
  const squares = reduce(graph, op, x, axes, keepDims);
  return { ...squares, name: graph.op('Div', [squares.name, graph.count(count)]) };
}

const places = (x: Handle, axes: readonly number[]) =>
  axes.map((axis) => x.layout.indexOf(axis)).sort((a, b) => a - b);

/** Whether an operator of ONNX does: for few numbers, and in files, whose sizes may be free. */
function isShort(graph: GraphBuilder, x: Handle, axes: readonly number[]): boolean {
  return !graph.contrib || sizeOf(axes.map((axis) => x.shape[axis]!)) <= SHORT;
}

function long(
  graph: GraphBuilder,
  x: Handle,
  axes: readonly number[],
  keepDims: boolean,
  op: 'ReduceSum' | 'ReduceSumSquare',
  count: number,
): Handle {
  const sizes = x.layout.map((axis) => x.shape[axis]!);
  const total = sumOf(graph, x.name, sizes, places(x, axes), op);
  const share =
    count === 1 ? total.name : graph.op('Div', [total.name, graph.scalar(count, total.type)]);
  const name = total.type === 'float64' ? graph.castName(share, 'float32') : share;
  if (!keepDims) return reduced(name, x, axes, false);
  const from = sizes.filter((_, i) => !axes.includes(x.layout[i]!));
  const to = x.layout.map((axis) => (axes.includes(axis) ? 1 : x.shape[axis]!));
  return reduced(graph.reshape(name, from, to), x, axes, true);
}

/** The handle of what reducing left. */
function reduced(name: string, x: Handle, axes: readonly number[], keepDims: boolean): Handle {
  const kept = identity(x.shape.length).filter((axis) => !axes.includes(axis));
  return keepDims
    ? { ...x, name, shape: x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) }
    : {
        ...{ name, dtype: x.dtype },
        shape: kept.map((axis) => x.shape[axis]!),
        layout: x.layout.filter((axis) => kept.includes(axis)).map((axis) => kept.indexOf(axis)),
      };
}
