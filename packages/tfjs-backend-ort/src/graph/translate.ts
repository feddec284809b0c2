import { type OnnxModel, type OnnxValueInfo, writeModel } from '../onnx/model-writer.ts';
import { asTheyAreReady } from './as-they-are-ready.ts';
import { GraphBuilder, type Handle } from './graph-builder.ts';
import type { Plan } from './plan.ts';
import { isLeaf, type Value } from './value.ts';

/** A plan as an ONNX model, with what is needed to feed it and to read its results. */
export interface Translation {
  readonly model: Uint8Array;
  /** Name of the graph input of each leaf; `null` where the leaf is a constant of the model. */
  readonly feeds: readonly (string | null)[];
  /** Where each result is found and how its axes lie there. */
  readonly results: readonly {
    readonly name: string;
    readonly layout: readonly number[];
    /** The leaf that it is, unchanged; −1 where the graph makes it. */
    readonly leaf: number;
  }[];
  readonly outputNames: readonly string[];
}

export const opset = 18;

/** Turns a plan into an ONNX model for ONNX Runtime, on its WebGPU provider or another. */
export function translate(plan: Plan, webgpu: boolean): Translation {
  const graph = new GraphBuilder(true, webgpu);
  const handles = new Map<Value, Handle>();
  const leafOf = new Map<string, number>();
  const feeds = plan.leaves.map((leaf, i) => {
    const shape = leaf.layout.map((axis) => leaf.shape[axis]!);
    const name =
      leaf.frozen > 0
        ? graph.initializer(leaf.dtype, shape, leaf.data!, `frozen${i}`)
        : graph.input(`x${i}`, leaf.dtype, shape);
    leafOf.set(name, i);
    handles.set(leaf, graph.handle(name, leaf.shape, leaf.dtype, leaf.layout));
    return leaf.frozen > 0 ? null : name;
  });
  const made = emitNodes(graph, plan, handles);

  const outputs = new Map<string, OnnxValueInfo>();
  const results = plan.results.map((value) => {
    const handle = made(value);
    const leaf = leafOf.get(handle.name) ?? -1;
    if (leaf === -1) {
      outputs.set(handle.name, {
        name: handle.name,
        type: handle.dtype,
        shape: handle.layout.map((axis) => handle.shape[axis]!),
      });
    }
    return { name: handle.name, layout: handle.layout, leaf };
  });
  const model: OnnxModel = {
    name: 'tfjs',
    opset,
    nodes: asTheyAreReady(graph.nodes),
    inputs: graph.inputs,
    outputs: [...outputs.values()],
    initializers: graph.initializers,
  };
  return { model: writeModel(model), feeds, results, outputNames: [...outputs.keys()] };
}

/** Emits every node; returns where to find a value. */
export function emitNodes(
  graph: GraphBuilder,
  plan: Plan,
  leaves: ReadonlyMap<Value, Handle>,
): (value: Value) => Handle {
  const made = new Map<Plan['nodes'][number], readonly Handle[]>();
  const find = (value: Value): Handle => {
    const handle = isLeaf(value) ? leaves.get(value) : made.get(value.node!)?.[value.index];
    if (handle === undefined) throw new Error('ort backend: a value is used before it is made.');
    return handle;
  };
  for (const node of plan.nodes) {
    const inputs = node.inputs.map((value) => (value === null ? undefined : find(value)));
    const varying = plan.places.get(node);
    if (varying !== undefined) inputs.push(find(varying));
    const isConstant = node.places !== null && varying === undefined;
    const attrs = isConstant ? { ...node.attrs, places: node.places } : node.attrs;
    const handles = node.kernel.emit(graph, inputs as Handle[], attrs, node.outputs);
    made.set(node, Array.isArray(handles) ? handles : [handles]);
  }
  return find;
}
