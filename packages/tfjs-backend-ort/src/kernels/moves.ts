import type { GraphBuilder, Handle } from '../graph/graph-builder.ts';
import { identity, sizeOf } from '../graph/value-type.ts';
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
  const isBack = steps.map((step) => step < 0);
  // WebGPU begins every backward slice at the end.
  if (graph.webgpu && begin.some((from, i) => isBack[i] && from < x.shape[i]! - 1)) {
    const until = begin.map((from, i) => (isBack[i] ? from + 1 : x.shape[i]!));
    const front = slice(graph, x, identity(begin.length).fill(0), until);
    return slice(graph, front, begin, end, steps);
  }
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

/** Joins along a logical axis, in the layout of the largest part. */
export function concat(graph: GraphBuilder, parts: readonly Handle[], axis: number): Handle {
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
