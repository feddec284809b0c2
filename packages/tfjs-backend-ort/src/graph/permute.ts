import { type HostArray, identity } from './value-type.ts';

/** Elements along an axis that are copied together, so that what is read and written stays in the cache. */
const tile = 32;

/** An axis of a result: how many elements there are along it, and how far apart they are. */
interface Axis {
  readonly size: number;
  readonly from: number;
  readonly to: number;
}

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
  const out = new (data.constructor as new (length: number) => HostArray)(data.length);
  const axes = data.length === 0 ? [] : axesOf(shape, from, to);
  // What is read in order, and what is written in order.
  const read = axes.find((axis) => axis.from === 1);
  const written = axes.at(-1);
  if (read === undefined || written === undefined || read === written) {
    if (axes.length <= 1) out.set(data);
    else copyRows(data, out, axes);
    return out;
  }
  const others = axes.filter((axis) => axis !== read && axis !== written);
  for (const [start, end] of starts(others)) {
    transpose(data, start, out, end, read, written);
  }
  return out;
}

/** Turns rows of what is read into columns, four rows at a time, which takes half as long as one at a time. */
function transpose(
  data: HostArray,
  start: number,
  out: HostArray,
  end: number,
  { size: rows, to: down }: Axis,
  { size: columns, from: across }: Axis,
): void {
  const whole = rows - (rows % 4);
  for (let first = 0; first < columns; first += tile) {
    const last = Math.min(columns, first + tile);
    for (let i = 0; i < whole; i += 4) {
      let source = start + i + first * across;
      let target = end + i * down + first;
      for (let j = first; j < last; j++, source += across, target++) {
        out[target] = data[source]!;
        out[target + down] = data[source + 1]!;
        out[target + 2 * down] = data[source + 2]!;
        out[target + 3 * down] = data[source + 3]!;
      }
    }
    for (let i = whole; i < rows; i++) {
      for (let j = first; j < last; j++) {
        out[end + i * down + j] = data[start + i + j * across]!;
      }
    }
  }
}

/** As `permute`, but the array itself where all its elements are the same, as in what an optimiser starts from. */
export function reordered(
  data: HostArray,
  shape: readonly number[],
  from: readonly number[],
  to: readonly number[],
): HostArray {
  const [first] = data;
  for (const element of data) if (element !== first) return permute(data, shape, from, to);
  return data;
}

/** Copies along the last axis, which is so in both. */
function copyRows(data: HostArray, out: HostArray, axes: readonly Axis[]): void {
  const { size, from } = axes.at(-1)!;
  for (const [start, end] of starts(axes.slice(0, -1))) {
    for (let i = 0; i < size; i++) out[end + i] = data[start + i * from]!;
  }
}

/** Where each element of some axes lies in what is read, and in what is written. */
function* starts(axes: readonly Axis[]): Generator<readonly [from: number, to: number]> {
  const [first, ...rest] = axes;
  if (first === undefined) {
    yield [0, 0];
    return;
  }
  for (let i = 0; i < first.size; i++) {
    for (const [from, to] of starts(rest)) yield [i * first.from + from, i * first.to + to];
  }
}

/** The axes of the result, of which those are one that follow one another in both orders. */
function axesOf(
  shape: readonly number[],
  from: readonly number[],
  to: readonly number[],
): readonly Axis[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = from.length - 1; i >= 0; i--) {
    strides[from[i]!] = step;
    step *= shape[from[i]!]!;
  }
  const axes: Axis[] = [];
  let stride = 1;
  for (const axis of [...to].reverse()) {
    const size = shape[axis]!;
    if (size === 1) continue;
    const [next] = axes;
    if (next !== undefined && strides[axis] === next.from * next.size) {
      axes[0] = { ...next, size: next.size * size };
    } else {
      axes.unshift({ size, from: strides[axis]!, to: stride });
    }
    stride *= size;
  }
  return axes;
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
