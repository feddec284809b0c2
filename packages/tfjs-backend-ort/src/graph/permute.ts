import { type HostArray, identity } from './value-type.ts';

/**
 * Copies elements into another order of axes.
 *
 * @param data Elements of a tensor whose logical sizes are `shape`, stored in the order `from`.
 * @param to Axis of `shape` that each axis of the result holds.
 */
export function permute(
  data: HostArray,
  shape: readonly number[],
  from: readonly number[],
  to: readonly number[],
): HostArray {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = from.length - 1; i >= 0; i--) {
    strides[from[i]!] = step;
    step *= shape[from[i]!]!;
  }
  const sizes = to.map((axis) => shape[axis]!);
  const steps = to.map((axis) => strides[axis]!);
  const out = new (data.constructor as new (length: number) => HostArray)(data.length);
  const rank = sizes.length;
  if (rank === 0 || data.length === 0) {
    out.set(data);
    return out;
  }
  const last = sizes[rank - 1]!;
  const lastStep = steps[rank - 1]!;
  const counter = new Array<number>(rank).fill(0);
  let offset = 0;
  for (let at = 0; at < out.length; ) {
    for (let i = 0, o = offset; i < last; i++, o += lastStep) out[at++] = data[o]!;
    for (let axis = rank - 2; axis >= 0; axis--) {
      offset += steps[axis]!;
      if (++counter[axis]! < sizes[axis]!) break;
      offset -= sizes[axis]! * steps[axis]!;
      counter[axis] = 0;
    }
  }
  return out;
}

/**
 * Elements in the order of the logical axes, in an array that nobody else holds: what a caller does
 * to it changes no graph.
 */
export function copyInOrder(
  data: HostArray,
  shape: readonly number[],
  layout: readonly number[],
): HostArray {
  return liesInOrder(shape, layout)
    ? data.slice()
    : permute(data, shape, layout, identity(shape.length));
}

/**
 * The layout of the same order of elements that stands for all of them: axes of size 1 come first.
 * Where they come last, ONNX Runtime's arithmetic of a tensor and a number goes element by element.
 */
export function canonical(shape: readonly number[], layout: readonly number[]): readonly number[] {
  if (liesInOrder(shape, layout)) return identity(shape.length);
  const isOne = (axis: number) => shape[axis] === 1;
  return [...identity(shape.length).filter(isOne), ...layout.filter((axis) => !isOne(axis))];
}

/** Whether a layout orders the elements as the logical axes do; axes of size 1 do not matter. */
export function liesInOrder(shape: readonly number[], layout: readonly number[]): boolean {
  const axes = layout.filter((axis) => shape[axis] !== 1);
  return axes.every((axis, i) => i === 0 || axis > axes[i - 1]!);
}
