import type {
  Attribute,
  ElementType,
  OnnxInitializer,
  OnnxNode,
  OnnxValueInfo,
} from '../onnx/model-writer.ts';
import { powerOf } from './free-size.ts';
import { held } from './held.ts';
import { spell } from './spell.ts';
import { type DType, identity, sizeOf } from './value-type.ts';

/** A value inside the graph: the name of an ONNX value and how its axes lie in it. */
export interface Handle {
  readonly name: string;
  /** Shape as TensorFlow.js sees it. */
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Axis of `shape` that each axis of the ONNX value holds. */
  readonly layout: readonly number[];
}

/** Height, width and channels last to channels second. */
export const nchw: readonly number[] = [0, 3, 1, 2];
/** `[height, width, in, out]` to `[out, in, height, width]`. */
export const oihw: readonly number[] = [3, 2, 0, 1];

/**
 * Collects the operators of one graph and keeps track of layouts: convolutions ask for channels
 * second, element-wise operators take what comes, everything else asks for `plain` values, and
 * each transposition is made once.
 */
export class GraphBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly inputs: OnnxValueInfo[] = [];
  readonly initializers: OnnxInitializer[] = [];
  /** Whether operators outside ONNX's own set that ONNX Runtime has may be used. */
  readonly contrib: boolean;
  /**
   * Whether ONNX Runtime's WebGPU provider is to run it: there is no double precision then, and a few
   * operators are wrong or missing, which kernels express otherwise.
   */
  readonly webgpu: boolean;
  /** The results of operators, and names of constants. */
  readonly #operators = new Map<string, string[]>();
  readonly #constants = new Map<string, string>();
  #count = 0;
  /** What stands for the primes of free sizes. */
  readonly #units = new Map<number, string>();

  constructor(contrib: boolean, webgpu = false) {
    this.contrib = contrib;
    this.webgpu = webgpu;
  }

  /** Adds an operator with one result; the same operator on the same values is added once. */
  op(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = '',
  ): string {
    return this.ops(op, inputs, 1, attributes, domain)[0]!;
  }

  /** Adds an operator with several results, or gives the one that there is more of them. */
  ops(
    op: string,
    inputs: readonly string[],
    results: number,
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = '',
  ): string[] {
    const key = `${op}(${inputs})${spell(attributes)}`;
    let outputs = this.#operators.get(key);
    if (outputs === undefined) {
      outputs = [`v${this.#count++}`];
      this.#operators.set(key, outputs);
      this.nodes.push({ op, domain, inputs, outputs, attributes });
    }
    while (outputs.length < results) outputs.push(`${outputs[0]}_${outputs.length}`);
    return outputs.slice(0, results);
  }

  /** A graph input. */
  input(name: string, type: ElementType, shape: readonly (number | string)[]): string {
    this.inputs.push({ name, type, shape });
    return name;
  }

  initializer(
    type: ElementType,
    shape: readonly number[],
    data: { buffer: ArrayBufferLike; byteOffset: number; byteLength: number },
    key?: string,
  ): string {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const seen = key ?? (bytes.length <= 256 ? `${type}[${shape}]${bytes}` : undefined);
    const old = seen === undefined ? undefined : this.#constants.get(seen);
    if (old !== undefined) return old;
    const name = `c${this.#count++}`;
    if (seen !== undefined) this.#constants.set(seen, name);
    this.initializers.push({ name, type, shape, bytes });
    return name;
  }

  /** List of int64, for shapes and axes: constant but for sizes that are free. */
  ints(values: readonly number[]): string {
    if (values.some((value) => this.#isFree(value))) {
      const parts = values.map((value) => this.#size(value));
      return parts.length === 1 ? parts[0]! : this.op('Concat', parts, { axis: 0 });
    }
    return this.initializer('int64', [values.length], BigInt64Array.from(values, BigInt));
  }

  /**
   * From now on every size that the prime divides depends on a free size: `units`, an int64 of shape
   * [1], stands for the prime.
   */
  free(units: string, prime: number): void {
    if (!this.#units.has(prime)) this.#units.set(prime, units);
  }

  #isFree(value: number): boolean {
    return [...this.#units.keys()].some((prime) => powerOf(prime, value) > 0);
  }

  /** One size as an int64 of shape [1]. */
  #size(value: number): string {
    let rest = value;
    const factors: string[] = [];
    for (const [prime, units] of this.#units) {
      for (let power = powerOf(prime, value); power > 0; power--) {
        rest /= prime;
        factors.push(units);
      }
    }
    if (rest !== 1 || factors.length === 0) {
      factors.push(this.initializer('int64', [1], BigInt64Array.of(BigInt(rest))));
    }
    return factors.reduce((product, factor) => this.op('Mul', [product, factor]));
  }

  /** Constant scalar; what is too large for its type becomes the type's largest. */
  scalar(value: number, type: DType | 'int64' | 'float64' = 'float32'): string {
    const dtype = this.#held(type);
    const data = {
      float32: () => Float32Array.of(value),
      float64: () => Float64Array.of(value),
      int32: () => Int32Array.of(held(value, 'int32')),
      int64: () => BigInt64Array.of(BigInt(value)),
      bool: () => Uint8Array.of(held(value, 'bool')),
    }[dtype]();
    return this.initializer(dtype, [], data);
  }

  /** A number of elements as float32. */
  count(value: number): string {
    if (!this.#isFree(value)) return this.scalar(value);
    const size = this.op('Cast', [this.ints([value])], { to: 1 });
    return this.op('Reshape', [size, this.initializer('int64', [0], new BigInt64Array(0))]);
  }

  /** Constant float32 tensor. */
  floats(values: Float32Array, shape: readonly number[]): string {
    return this.initializer('float32', shape, values);
  }

  /** A result in TensorFlow.js's own order of axes, or in `layout`. */
  handle(
    name: string,
    shape: readonly number[],
    dtype: DType,
    layout: readonly number[] = identity(shape.length),
  ): Handle {
    return { name, shape, dtype, layout };
  }

  /** A tensor of one number. */
  filled(shape: readonly number[], dtype: DType, value: number): Handle {
    const name = this.op('Expand', [this.scalar(value, dtype), this.ints(shape)]);
    return this.handle(name, shape, dtype);
  }

  /** The value with its axes in TensorFlow.js's order. */
  plain(value: Handle): string {
    return this.inLayout(value, identity(value.shape.length));
  }

  /** The value with its axes in `layout`. */
  inLayout(value: Handle, layout: readonly number[]): string {
    const present = value.layout.filter((axis) => value.shape[axis] !== 1);
    const wanted = layout.filter((axis) => value.shape[axis] !== 1);
    if (present.every((axis, i) => axis === wanted[i])) {
      return this.reshape(
        value.name,
        value.layout.map((axis) => value.shape[axis]!),
        layout.map((axis) => value.shape[axis]!),
      );
    }
    return this.op('Transpose', [value.name], {
      perm: layout.map((axis) => value.layout.indexOf(axis)),
    });
  }

  /** Element-wise operands of a result of `shape`, all in one layout, ready to be broadcast. */
  broadcast(
    values: readonly Handle[],
    shape: readonly number[],
  ): { layout: readonly number[]; names: string[] } {
    const rank = shape.length;
    // The largest operand decides; among equals one that is not in the plain order.
    let layout: readonly number[] = identity(rank);
    let largest = 0;
    for (const value of values) {
      if (value.shape.length !== rank) continue;
      const size = sizeOf(value.shape);
      if (size > largest || (size === largest && isIdentity(layout))) {
        largest = size;
        layout = value.layout;
      }
    }
    return { layout, names: values.map((value) => this.#align(value, layout)) };
  }

  /** `value` so that it broadcasts against values in `layout`. */
  #align(value: Handle, layout: readonly number[]): string {
    const missing = layout.length - value.shape.length;
    if (sizeOf(value.shape) === 1 && value.shape.length <= 1) return value.name;
    const shape = [...new Array<number>(missing).fill(1), ...value.shape];
    if (missing === 0 && same(value.layout, layout)) return value.name;
    if (missing > 0 && isIdentity(layout) && isIdentity(value.layout)) return value.name;
    const padded = [...identity(missing), ...value.layout.map((axis) => axis + missing)];
    const name = this.reshape(
      value.name,
      value.layout.map((axis) => value.shape[axis]!),
      padded.map((axis) => shape[axis]!),
    );
    return this.inLayout({ name, shape, dtype: value.dtype, layout: padded }, layout);
  }

  /** Reshapes an ONNX value where the shapes differ. */
  reshape(name: string, from: readonly number[], to: readonly number[]): string {
    if (same(from, to)) return name;
    return this.op('Reshape', [name, this.ints(to)], { allowzero: 1 });
  }

  /** Same shape and layout, another type. */
  cast(value: Handle, dtype: DType): Handle {
    if (value.dtype === dtype) return value;
    const toWhole = value.dtype === 'float32' && dtype === 'int32';
    const name = toWhole ? this.whole(value.name, 'float32') : this.castName(value.name, dtype);
    return { ...value, name, dtype };
  }

  /**
   * Numbers without their fractions as int32, as JavaScript does it (ECMA-262 `ToInt32`): modulo
   * 2³², and 0 for what is no finite number. ONNX leaves open what becomes of either.
   */
  whole(name: string, type: 'float32' | 'float64'): string {
    const inside = this.op('Less', [this.op('Abs', [name]), this.scalar(2 ** 62, type)]);
    const finite = this.op('Where', [inside, name, this.scalar(0, type)]);
    // ONNX Runtime joins two casts in a row, so the modulo is spelt out.
    const half = this.scalar(2 ** 31, 'int64');
    const shifted = this.op('Add', [this.castName(finite, 'int64'), half]);
    const rest = this.op('Mod', [shifted, this.scalar(2 ** 32, 'int64')]);
    return this.castName(this.op('Sub', [rest, half]), 'int32');
  }

  castName(name: string, type: ElementType): string {
    const to = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float64: 11 };
    return this.op('Cast', [name], { to: to[this.#held(type)] });
  }

  /** Double precision is float32 where there is none. */
  #held<T extends ElementType>(type: T): T | 'float32' {
    return type === 'float64' && this.webgpu ? 'float32' : type;
  }
}

export function isIdentity(layout: readonly number[]): boolean {
  return layout.every((axis, i) => axis === i);
}

export function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}
