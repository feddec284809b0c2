import { type ElementType, elementSizes } from '../bytes/element-type.ts';
import { damaged } from './refused.ts';

/** A block of numbers in a checkpoint, or a part of one, which several tensors may share. */
export interface Storage {
  /** The block's name in the file. */
  readonly key: string;
  readonly type: ElementType;
  /** Numbers in it. */
  readonly count: number;
  /** Where it begins in the block, in numbers. */
  readonly start: number;
}

/** What a checkpoint says about a tensor: where in a storage its values are. */
export class TensorView {
  readonly storage: Storage;
  /** Of its first value, in numbers. */
  readonly offset: number;
  readonly shape: readonly number[];
  /** From one value to the next along each axis, in numbers. */
  readonly strides: readonly number[];

  constructor(
    storage: Storage,
    offset: number,
    shape: readonly number[],
    strides: readonly number[],
  ) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }

  get count(): number {
    return this.shape.reduce((a, b) => a * b, 1);
  }

  /** Whether its values lie one after the other, rows first. */
  get isContiguous(): boolean {
    let expected = 1;
    for (let axis = this.shape.length - 1; axis >= 0; axis--) {
      if (this.shape[axis] !== 1 && this.strides[axis] !== expected) return false;
      expected *= this.shape[axis]!;
    }
    return true;
  }

  /** Its values, rows first, out of those of its block. */
  gather(values: Float32Array): Float32Array {
    const { shape, strides } = this;
    const result = new Float32Array(this.count);
    const index = shape.map(() => 0);
    let from = this.storage.start + this.offset;
    for (let i = 0; i < result.length; i++) {
      result[i] = values[from]!;
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        from += strides[axis]!;
        if (++index[axis]! < shape[axis]!) break;
        from -= strides[axis]! * shape[axis]!;
        index[axis] = 0;
      }
    }
    return result;
  }
}

/** PyTorch allows more axes only in theory. */
const mostAxes = 64;

/**
 * The tensor that `torch._utils._rebuild_tensor_v2(storage, offset, size, stride, …)` makes.
 *
 * @throws RangeError naming the file, if that is no tensor or not inside its storage
 */
export function rebuildTensor(name: string, args: readonly unknown[]): TensorView {
  const [storage, offset, shape, strides] = args;
  if (
    !isStorage(storage) ||
    !isSize(offset) ||
    !isSizes(shape) ||
    !isSizes(strides) ||
    shape.length !== strides.length
  ) {
    throw damaged(name, 'tensors of a storage, an offset, a shape and strides', 'something else');
  }
  const tensor = new TensorView(storage, offset, shape, strides);
  const last = shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, offset);
  if (tensor.count > 0 && last >= storage.count) {
    throw damaged(
      name,
      `tensors inside their storages, of ${storage.count} numbers`,
      `one of shape [${shape.join(', ')}], strides [${strides.join(', ')}], offset ${offset}`,
    );
  }
  return tensor;
}

/** Marks the storages that this reader made, for nothing else may pass for one. */
const storages = new WeakSet<object>();

/** @throws RangeError naming the file, if the count is impossible */
export function createStorage(
  name: string,
  key: string,
  type: ElementType,
  count: unknown,
  start: unknown = 0,
): Storage {
  if (!isSize(count) || !isSize(start) || !isSize((start + count) * elementSizes[type])) {
    throw damaged(name, `a count of numbers for storage '${key}'`, String(count));
  }
  const storage: Storage = { key, type, count, start };
  storages.add(storage);
  return storage;
}

function isStorage(value: unknown): value is Storage {
  return typeof value === 'object' && value !== null && storages.has(value);
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length <= mostAxes && value.every(isSize);
}

/** A PyTorch checkpoint whose structure is read, its numbers not yet. */
export interface TorchFile {
  /** What was saved: tensors are views of storages. */
  readonly value: unknown;
  /** Where the numbers of a storage begin in the file. */
  readonly offsetOf: (storage: Storage) => number;
}
