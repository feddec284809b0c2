import type { GraphBuilder, Handle } from './graph-builder.ts';
import { identity } from './value-type.ts';

const least = new WeakMap<Handle, Handle>();

/**
 * `value` repeated until it has `shape`, of which it broadcasts to every axis. It is written out only
 * where its name is asked for; element-wise operators take `leastOf` it. Gradients of sums and means are
 * of this kind, and a large tensor of equal numbers costs as much memory and time as any other.
 */
export function repeated(graph: GraphBuilder, value: Handle, shape: readonly number[]): Handle {
  const missing = shape.length - value.shape.length;
  const layout = [...identity(missing), ...value.layout.map((axis) => axis + missing)];
  const handle: Handle = {
    get name() {
      const sizes = layout.map((axis) => shape[axis]!);
      return graph.op('Expand', [value.name, graph.ints(sizes)]);
    },
    shape,
    dtype: value.dtype,
    layout,
  };
  least.set(handle, value);
  return handle;
}

/** What a repeated value repeats; other values as they are. */
export const leastOf = (value: Handle): Handle => least.get(value) ?? value;
