import type { GraphBuilder, Handle } from './graph-builder.ts';
import type { Attrs, ValueType } from './value-type.ts';

/** One TensorFlow.js kernel as a piece of an ONNX graph. */
export interface KernelDefinition {
  /** TensorFlow.js's kernel name. */
  readonly name: string;
  /** Names of the tensors it takes, in order; a name that ends in `?` may be absent. */
  readonly inputs: readonly string[];
  /** The attributes that matter, ready to be written as JSON. All of them where absent. */
  readonly attrs?: (attrs: Attrs, inputs: readonly ValueType[]) => Attrs;
  /** Shapes and types of the results. */
  readonly outputs: (inputs: readonly ValueType[], attrs: Attrs) => ValueType | ValueType[];
  /** Whether a step of training is over with it. */
  readonly endsStep?: true;
  /** Adds the operators. Absent inputs are `undefined`. */
  readonly emit: (
    graph: GraphBuilder,
    inputs: readonly Handle[],
    attrs: Attrs,
    outputs: readonly ValueType[],
  ) => Handle | Handle[];
}
