import type { Data, NdArray } from 'ndarray';
import { cOrder, firstOf } from './strides.ts';

/**
 * A view into `data` with the interface of the npm package `ndarray`, which makes its classes from text
 * (`new Function`) and so cannot be used by pages whose Content-Security-Policy forbids that. Both can be
 * used side by side: a view is what has `data`, `shape`, `stride` and `offset`.
 *
 * @param data a typed array, a list, or an object with `get`, `set` and `length`
 * @param shape the length of each axis @default one axis, all of `data`
 * @param stride steps in `data` from an element to the next along each axis @default C order, the last axis fastest
 * @param offset where the first element is @default 0, or where all strides stay within, if some are negative
 */
export function ndarray<D extends Data>(
  data: D,
  shape?: number[],
  stride?: number[],
  offset?: number,
): NdArray<D> {
  const lengths = shape ?? [data.length];
  const steps = stride ?? cOrder(lengths);
  const start = offset ?? firstOf(lengths, steps);
  return viewOf(data, lengths, steps, start) as unknown as NdArray<D>;
}

type Indices = readonly (number | null | undefined)[];
type ViewClass = new (data: Data, shape: number[], stride: number[], offset: number) => View;

/**
 * A class for each kind of data and number of axes: engines compile each by itself, for the one kind of
 * array that its `get` meets.
 */
const classes = new Map<unknown, ViewClass[]>();

function viewOf(data: Data, shape: number[], stride: number[], offset: number): View {
  const kind = isGeneric(data) ? 'generic' : data.constructor;
  let own = classes.get(kind);
  if (own === undefined) {
    own = [];
    classes.set(kind, own);
  }
  own[shape.length] ??= kind === 'generic' ? GenericView : classFor(shape.length);
  return new own[shape.length]!(data, shape, stride, offset);
}

function classFor(dimension: number): ViewClass {
  if (dimension === 1) {
    return class extends View {
      override index(a: number): number {
        return this.offset + a * this.stride[0]!;
      }
      override get(a: number): unknown {
        return this.data[this.offset + a * this.stride[0]!];
      }
      override set(a: number, value: unknown): unknown {
        this.data[this.offset + a * this.stride[0]!] = value;
        return value;
      }
    };
  }
  if (dimension === 2) {
    return class extends View {
      override index(a: number, b: number): number {
        return this.offset + a * this.stride[0]! + b * this.stride[1]!;
      }
      override get(a: number, b: number): unknown {
        return this.data[this.offset + a * this.stride[0]! + b * this.stride[1]!];
      }
      override set(a: number, b: number, value: unknown): unknown {
        this.data[this.offset + a * this.stride[0]! + b * this.stride[1]!] = value;
        return value;
      }
    };
  }
  if (dimension === 3) {
    return class extends View {
      override index(a: number, b: number, c: number): number {
        const { stride } = this;
        return this.offset + a * stride[0]! + b * stride[1]! + c * stride[2]!;
      }
      override get(a: number, b: number, c: number): unknown {
        const { stride } = this;
        return this.data[this.offset + a * stride[0]! + b * stride[1]! + c * stride[2]!];
      }
      override set(a: number, b: number, c: number, value: unknown): unknown {
        const { stride } = this;
        this.data[this.offset + a * stride[0]! + b * stride[1]! + c * stride[2]!] = value;
        return value;
      }
    };
  }
  return class extends View {};
}

class View {
  // As in ndarray, callers may change all four.
  data: Record<number, unknown>;
  shape: number[];
  stride: number[];
  offset: number;

  constructor(data: Data, shape: number[], stride: number[], offset: number) {
    this.data = data as unknown as Record<number, unknown>;
    this.shape = shape;
    this.stride = stride;
    this.offset = offset;
  }

  get dimension(): number {
    return this.shape.length;
  }

  get size(): number {
    let size = 1;
    for (const length of this.shape) size *= length;
    return size;
  }

  /** The axes, from the one with the smallest steps on. */
  get order(): number[] {
    const steps = this.stride.map(Math.abs);
    return [...steps.keys()].sort((a, b) => steps[a]! - steps[b]! || a - b);
  }

  get dtype(): string {
    const name = Object.prototype.toString.call(this.data).slice(8, -1);
    const kind = /^(.*)Array$/.exec(name)?.[1]?.toLowerCase();
    const known = kind === 'uint8clamped' ? 'uint8_clamped' : kind;
    return Array.isArray(this.data) ? 'array' : (known ?? 'generic');
  }

  get T(): View {
    return this.transpose(...[...this.shape.keys()].reverse());
  }

  index(...place: number[]): number {
    return this.stride.reduce((at, step, axis) => at + step * place[axis]!, this.offset);
  }

  get(...place: number[]): unknown {
    return this.data[this.index(...place)];
  }

  set(...placeAndValue: unknown[]): unknown {
    const value = placeAndValue[this.stride.length];
    this.data[this.index(...(placeAndValue as number[]))] = value;
    return value;
  }

  /** Up to before a place along each axis. */
  hi(...ends: Indices): View {
    const shape = this.shape.slice();
    for (let axis = 0; axis < shape.length; axis++) {
      const end = ends[axis];
      if (isPlace(end)) shape[axis] = end;
    }
    return viewOf(this.data as never, shape, this.stride.slice(), this.offset);
  }

  /** From a place on along each axis. */
  lo(...starts: Indices): View {
    let { offset } = this;
    const shape = this.shape.slice();
    for (let axis = 0; axis < shape.length; axis++) {
      const start = starts[axis];
      if (!isPlace(start)) continue;
      offset += start * this.stride[axis]!;
      shape[axis]! -= start;
    }
    return viewOf(this.data as never, shape, this.stride.slice(), offset);
  }

  /** Every so manieth along each axis, backwards if it is negative. */
  step(...steps: Indices): View {
    let { offset } = this;
    const shape = this.shape.slice();
    const stride = this.stride.slice();
    for (let axis = 0; axis < shape.length; axis++) {
      const step = steps[axis];
      if (typeof step !== 'number') continue;
      if (step < 0) offset += stride[axis]! * (shape[axis]! - 1);
      shape[axis] = Math.ceil(shape[axis]! / Math.abs(step));
      stride[axis]! *= step;
    }
    return viewOf(this.data as never, shape, stride, offset);
  }

  /** The axes in another order. */
  transpose(...axes: number[]): View {
    const shape: number[] = [];
    const stride: number[] = [];
    for (let axis = 0; axis < this.shape.length; axis++) {
      const from = axes[axis] ?? 0;
      shape.push(this.shape[from]!);
      stride.push(this.stride[from]!);
    }
    return viewOf(this.data as never, shape, stride, this.offset);
  }

  /** What lies at places along some axes, which are then gone; null keeps an axis. */
  pick(...places: Indices): View {
    let { offset } = this;
    const shape: number[] = [];
    const stride: number[] = [];
    for (let axis = 0; axis < this.shape.length; axis++) {
      const place = places[axis];
      if (isPlace(place)) offset += place * this.stride[axis]!;
      else {
        shape.push(this.shape[axis]!);
        stride.push(this.stride[axis]!);
      }
    }
    return viewOf(this.data as never, shape, stride, offset);
  }
}

/** Of data that are read and written by methods. */
class GenericView extends View {
  override get(...place: number[]): unknown {
    return (this.data as unknown as Generic).get(this.index(...place));
  }

  override set(...placeAndValue: unknown[]): unknown {
    const value = placeAndValue[this.stride.length];
    (this.data as unknown as Generic).set(this.index(...(placeAndValue as number[])), value);
    return value;
  }
}

interface Generic {
  get(at: number): unknown;
  set(at: number, value: unknown): void;
}

function isPlace(value: number | null | undefined): value is number {
  return typeof value === 'number' && value >= 0;
}

function isGeneric(data: unknown): data is Generic {
  if (ArrayBuffer.isView(data)) return false;
  return typeof (data as { get?: unknown }).get === 'function';
}
