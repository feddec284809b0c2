import type { KernelDefinition } from './kernel.ts';
import type { Attrs, DType, HostArray, ValueType } from './value-type.ts';

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
