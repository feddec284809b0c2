import type { KernelDefinition } from './kernel.ts';
import { type Attrs, type DType, type HostArray, identity, type ValueType } from './value-type.ts';

/** What a tensor holds: either data, or the node that will make it. */
export interface Value {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Whether its data was there from the start and is no other value's. */
  readonly given: boolean;
  /** The node that makes it, until it has data. */
  node: Node | null;
  /** The graph on its way that will give it data. */
  run: Run | null;
  /** Which of the node's results it is. */
  readonly index: number;
  /** Elements in the order of `layout`. */
  data: HostArray | null;
  /** Axis of `shape` that each physical axis holds. */
  layout: readonly number[];
  /** Number of the `freeze` that made it a constant, 0 where it is none. */
  frozen: number;
}

/** A result of a node, to be computed. */
export function recorded({ shape, dtype }: ValueType, node: Node, index: number): Value {
  const layout = identity(shape.length);
  return { shape, dtype, given: false, node, run: null, index, data: null, layout, frozen: 0 };
}

/** What TensorFlow.js computes of sizes may be negative: where windows are larger than images. */
export function checkSizes(
  kernel: string,
  inputs: readonly (Value | null)[],
  outputs: readonly ValueType[],
): void {
  for (const { shape } of outputs) {
    if (shape.every((size) => size >= 0)) continue;
    const operands = inputs.filter((one) => one !== null).map((one) => `[${one.shape}]`);
    throw new RangeError(
      `ort backend: kernel '${kernel}' would make [${shape}] of ${operands.join(' and ')}; no size may be negative, so windows and cuts must fit into what they are taken from.`,
    );
  }
}

/** A graph that waits for its turn or is being computed. */
interface Run {
  /** When it is over, well or not. */
  readonly over: Promise<void>;
  /** Values that share the data of its results. */
  readonly aliases: Value[];
}

/** Whether graphs take it as an input: its data is there, or a graph on its way makes it. */
export function isLeaf(value: Value): boolean {
  return value.node === null || value.run !== null;
}

/** When something was recorded. */
export interface Moment {
  /** How many steps of training, or other parts that repeat, were over. */
  readonly step: number;
  /** How many turns of the event loop were. */
  readonly turn: number;
}

/** A recorded operation. */
export interface Node {
  /** Counts up, so that sorting by it is a topological order. */
  readonly id: number;
  moment: Moment;
  readonly kernel: KernelDefinition;
  /** `null` where an optional one is absent. */
  readonly inputs: readonly (Value | null)[];
  readonly attrs: Attrs;
  /** Numbers that may change from run to run, such as where a cut begins; no part of the key. */
  readonly places: readonly number[] | null;
  readonly outputs: readonly ValueType[];
  /** Stands for operation, attributes and result types. */
  readonly key: number;
}
