import type { KernelDefinition } from './kernel.ts';

/** Types that live in a graph. Strings and complex numbers stay on the host. */
export type DType = 'float32' | 'int32' | 'bool';
export type HostArray = Float32Array | Int32Array | Uint8Array;

/** What a tensor holds: either data, or the node that will make it. */
export interface Value {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** The node that makes it, until it is materialised. */
  node: Node | null;
  /** Which of the node's results it is. */
  readonly index: number;
  /** Elements in the order of `layout`. */
  data: HostArray | null;
  /** Axis of `shape` that each physical axis holds. */
  layout: readonly number[];
  /** Number of the `freeze` that made it a constant, 0 where it is none. */
  frozen: number;
}

/** A recorded operation. */
export interface Node {
  /** Counts up, so that sorting by it is a topological order. */
  readonly id: number;
  readonly kernel: KernelDefinition;
  /** `null` where an optional one is absent. */
  readonly inputs: readonly (Value | null)[];
  readonly attrs: Attrs;
  readonly outputs: readonly ValueType[];
  /** Operation, attributes and result types as a string. */
  readonly key: string;
}

export interface ValueType {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

// biome-ignore lint/suspicious/noExplicitAny: every kernel has its own attributes, TensorFlow.js types them no better.
export type Attrs = Readonly<Record<string, any>>;

/** `[0, 1, …, rank − 1]`. */
export function identity(rank: number): number[] {
  return Array.from({ length: rank }, (_, i) => i);
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
