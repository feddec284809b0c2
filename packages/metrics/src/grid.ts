/**
 * Labels with a shape: an `ndarray` view, or plain `{ data, shape }` in C order (last axis fastest).
 * Matched by structure, so any copy or version of `ndarray` fits.
 */
export interface LabelGrid {
  readonly data: ArrayLike<number> | IndexedStore;
  /** Length of each axis, slowest first: `[row, column]` or `[slice, row, column]`. */
  readonly shape: readonly number[];
  /** Elements between neighbours along each axis; may be negative. @default C order */
  readonly stride?: readonly number[];
  /** Index in `data` of the first element. @default 0 */
  readonly offset?: number;
}

/** `ndarray`'s store that is read by a method in place of brackets. */
interface IndexedStore {
  readonly length: number;
  get(index: number): number;
}

/** Labels as the scores take them: a flat array, or a grid where the score needs to know neighbours. */
export type Labels = ArrayLike<number> | LabelGrid;

/** The values of `Labels` in C order, with the shape where it is known. */
export interface DenseLabels {
  readonly values: ArrayLike<number>;
  readonly shape: readonly number[] | undefined;
}

/** Reads `labels` into C order; copies nothing where they lie so already. */
export function denseLabels(labels: Labels, subject: string): DenseLabels {
  if (typeof labels !== 'object' || labels === null) {
    throw new TypeError(
      `${subject} must be a typed array or an ndarray view, got ${labels === null ? 'null' : typeof labels}`,
    );
  }
  if (!('shape' in labels)) {
    if (typeof labels.length === 'number') {
      refuseBigInt(labels, subject);
      return { values: labels, shape: undefined };
    }
    throw new TypeError(
      `${subject} must be a typed array or an object with \`data\` and \`shape\`, got ${Object.prototype.toString.call(labels)}`,
    );
  }
  const { data, shape, offset = 0 } = labels;
  for (const length of shape) {
    if (!Number.isInteger(length) || length < 0) {
      throw new RangeError(`${subject} must have whole axis lengths, got shape [${shape}]`);
    }
  }
  const stride = labels.stride ?? cOrder(shape);
  const size = shape.reduce((a, b) => a * b, 1);
  checkExtent(data.length, shape, stride, offset, size, subject);
  const store = indexable(data);
  refuseBigInt(store, subject);
  const contiguous = cOrder(shape).every((s, axis) => s === stride[axis] || shape[axis]! < 2);
  if (contiguous && offset === 0 && store.length === size) return { values: store, shape };
  if (contiguous && ArrayBuffer.isView(store)) {
    return { values: (store as Uint8Array).subarray(offset, offset + size), shape };
  }
  return { values: gather(store, shape, stride, offset, size), shape };
}

/** As `denseLabels`, for scores that need neighbours: 2-D or 3-D. */
export function denseGrid(
  labels: Labels,
  subject: string,
): { values: ArrayLike<number>; shape: readonly number[] } {
  const { values, shape } = denseLabels(labels, subject);
  if (shape?.length === 2 || shape?.length === 3) return { values, shape };
  throw new RangeError(
    `${subject} must be 2-D or 3-D, got ${shape === undefined ? 'a flat array; pass { data, shape }' : `shape [${shape}]`}`,
  );
}

/** Index of a value as coordinates, for messages. */
export function position(index: number, shape: readonly number[] | undefined): string {
  if (shape === undefined) return `index ${index}`;
  const coordinates: number[] = [];
  let rest = index;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    coordinates.unshift(rest % shape[axis]!);
    rest = Math.floor(rest / shape[axis]!);
  }
  return `[${coordinates.join(', ')}]`;
}

function cOrder(shape: readonly number[]): number[] {
  const stride = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    stride[axis] = step;
    step *= shape[axis]!;
  }
  return stride;
}

function checkExtent(
  length: number,
  shape: readonly number[],
  stride: readonly number[],
  offset: number,
  size: number,
  subject: string,
): void {
  if (stride.length !== shape.length) {
    throw new RangeError(`${subject} must have one stride an axis, got [${stride}] for [${shape}]`);
  }
  if (size === 0) return;
  let lowest = offset;
  let highest = offset;
  for (let axis = 0; axis < shape.length; axis++) {
    const reach = (shape[axis]! - 1) * stride[axis]!;
    if (reach < 0) lowest += reach;
    else highest += reach;
  }
  if (!(Number.isInteger(lowest) && lowest >= 0 && highest < length)) {
    throw new RangeError(
      `${subject} must hold a value for each element of shape [${shape}] (stride [${stride}], offset ${offset}), got ${length} values`,
    );
  }
}

function indexable(data: LabelGrid['data']): ArrayLike<number> {
  if ('get' in data && typeof data.get === 'function') {
    return Array.from({ length: data.length }, (_, index) => data.get(index));
  }
  return data as ArrayLike<number>;
}

function refuseBigInt(values: ArrayLike<number>, subject: string): void {
  if (typeof values[0] !== 'bigint') return;
  throw new TypeError(
    `${subject} must hold numbers, got bigint; convert with Float64Array.from(values, Number)`,
  );
}

function gather(
  data: ArrayLike<number>,
  shape: readonly number[],
  stride: readonly number[],
  offset: number,
  size: number,
): ArrayLike<number> {
  const values = data instanceof Uint8Array ? new Uint8Array(size) : new Float64Array(size);
  const rank = shape.length;
  const index = new Array<number>(rank).fill(0);
  const width = shape[rank - 1] ?? 1;
  const step = stride[rank - 1] ?? 1;
  let start = offset;
  for (let to = 0; to < size; ) {
    for (let column = 0, from = start; column < width; column++, from += step) {
      values[to++] = data[from]!;
    }
    for (let axis = rank - 2; axis >= 0; axis--) {
      start += stride[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      start -= stride[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return values;
}
