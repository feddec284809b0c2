import * as tf from '@tensorflow/tfjs-core';
import { OrtBackend } from './backend/ort-backend.ts';
import { type FreeSize, type StandIn, spellSize, standIns } from './graph/free-size.ts';
import { GraphBuilder, type Handle } from './graph/graph-builder.ts';
import { plan } from './graph/plan.ts';
import { emitNodes, opset } from './graph/translate.ts';
import type { Value } from './graph/value.ts';
import type { DType } from './graph/value-type.ts';
import { type OnnxValueInfo, writeModel } from './onnx/model-writer.ts';

/** An input of an exported graph. */
export interface OnnxInput {
  readonly name: string;
  /**
   * Sizes in TensorFlow.js's order (images channels last). `null` in front stands for any batch:
   * the free size `{ name: 'batch' }`.
   */
  readonly shape: readonly (number | FreeSize | null)[];
  /** @default 'float32' */
  readonly dtype?: DType;
}

type Shape = readonly (number | FreeSize)[];
type Traced = (...inputs: tf.Tensor[]) => Readonly<Record<string, tf.Tensor>>;

/**
 * Writes what a function of tensors does as an ONNX file (operator set 18, ONNX's own operators
 * only). The function is traced without computing; tensors from outside, such as a model's
 * weights, become constants of the file. With free sizes it is traced twice, for different sizes,
 * and both traces must agree.
 *
 * @param run Gets one tensor for each input and returns the results, by name.
 * @param inputs The file's inputs. Their axes, and those of the results, are as in TensorFlow.js.
 * @param metadata Free text by name, kept in the file for `readOnnxMetadata`.
 * @returns The file's bytes.
 * @throws Error where the current backend is not `'ort'`.
 * @throws RangeError where `null` is not the batch, more than four sizes are free, or what the
 *   function does depends on a free size in a way that no graph expresses.
 */
export async function exportOnnx(
  run: Traced,
  inputs: readonly OnnxInput[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  const backend = tf.backend();
  if (!(backend instanceof OrtBackend)) {
    throw new Error(
      `\`exportOnnx\`: the current backend must be 'ort', got '${tf.getBackend()}'; call \`await tf.setBackend('ort')\` first.`,
    );
  }
  const shapes = inputs.map(named);
  // A tensor that cannot be computed is nothing to a function without it.
  await backend.flush().catch(() => undefined);
  const file = (trace: 0 | 1): Uint8Array =>
    traceFile(backend, run, inputs, shapes, standIns(shapes, trace), metadata);
  const first = file(0);
  const free = [...standIns(shapes, 0).keys()];
  if (free.length > 0 && !sameBytes(first, file(1))) {
    throw new RangeError(
      `\`exportOnnx\`: a constant or the choice of an operation depends on ${free.join(' or ')}; export with fixed sizes.`,
    );
  }
  return first;
}

/** A loop, for files have as many bytes as a network has, and a call for each takes ten times as long. */
function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function named({ name, shape }: OnnxInput): Shape {
  return shape.map((size, axis) => {
    if (size !== null) return size;
    if (axis === 0) return { name: 'batch' };
    throw new RangeError(
      `\`exportOnnx\`: only the first size of an input may be null, got [${shape.map((one) => (one !== null && typeof one === 'object' ? one.name : one))}] for '${name}'; give other free sizes a name: { name: 'height' }.`,
    );
  });
}

function traceFile(
  backend: OrtBackend,
  run: Traced,
  inputs: readonly OnnxInput[],
  shapes: readonly Shape[],
  free: ReadonlyMap<string, StandIn>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const placeholders = inputs.map(({ dtype = 'float32' }, i) => {
    const shape = shapes[i]!.map((size) => {
      if (typeof size === 'number') return size;
      const { prime, multipleOf } = free.get(size.name)!;
      return prime * multipleOf;
    });
    return tf.engine().makeTensorFromTensorInfo(backend.placeholder(shape, dtype), backend);
  });
  let results: Readonly<Record<string, tf.Tensor>> = {};
  try {
    results = traced(backend, run, placeholders, free);
    const graph = new GraphBuilder(false);
    const leaves = new Map<Value, Handle>();
    const cuts = new Map<StandIn, string>();
    inputs.forEach(({ name }, i) => {
      const value = backend.value(placeholders[i]!);
      const sizes = shapes[i]!.map((size) =>
        typeof size === 'number' ? size : free.get(size.name)!,
      );
      leaves.set(value, addInput(graph, name, value, sizes, cuts));
    });
    const wanted = Object.entries(results).map(([name, one]) => ({
      name,
      value: backend.value(one),
    }));
    const todo = plan(wanted.map(({ value }) => value));
    todo.leaves.forEach((leaf, i) => {
      if (leaves.has(leaf)) return;
      const sizes = leaf.layout.map((axis) => leaf.shape[axis]!);
      const name = graph.initializer(leaf.dtype, sizes, leaf.data!, `leaf${i}`);
      leaves.set(leaf, graph.handle(name, leaf.shape, leaf.dtype, leaf.layout));
    });
    const made = emitNodes(graph, todo, leaves);
    const outputs = wanted.map(({ name, value }) =>
      addOutput(graph, name, made(value), free, cuts),
    );
    const { nodes, initializers } = graph;
    const shared = { name: 'tfjs', opset, nodes, initializers, metadata };
    return writeModel({ ...shared, inputs: graph.inputs, outputs });
  } finally {
    tf.dispose([placeholders, Object.values(results)]);
  }
}

/** What a function makes of placeholders, in whose shapes primes stand for free sizes. */
function traced(
  backend: OrtBackend,
  run: Traced,
  placeholders: readonly tf.Tensor[],
  free: ReadonlyMap<string, StandIn>,
): Readonly<Record<string, tf.Tensor>> {
  try {
    return tf.tidy(() => backend.trace(() => run(...placeholders)));
  } catch (cause) {
    if (free.size === 0) throw cause;
    const sizes = [...free.values()].map(
      ({ name, prime, multipleOf }) => `${name} ${prime * multipleOf}`,
    );
    throw new RangeError(
      `\`exportOnnx\`: the function cannot be traced for ${sizes.join(', ')}: ${(cause as Error).message} Export with fixed sizes where these are why.`,
      { cause },
    );
  }
}

/**
 * Adds an input, padded where a size must be a multiple of something.
 * @param cuts gets the true length of each padded size
 */
function addInput(
  graph: GraphBuilder,
  name: string,
  { shape, dtype, layout }: Value,
  sizes: readonly (number | StandIn)[],
  cuts: Map<StandIn, string>,
): Handle {
  graph.input(
    name,
    dtype,
    sizes.map((size) => (typeof size === 'number' ? size : size.name)),
  );
  const missing = sizes.map((size, axis) => {
    if (typeof size === 'number') return undefined;
    const length = graph.op('Shape', [name], { start: axis, end: axis + 1 });
    if (size.multipleOf === 1) {
      graph.free(length, size.prime);
      return undefined;
    }
    const multiple = graph.ints([size.multipleOf]);
    const upTo = graph.op('Add', [length, graph.ints([size.multipleOf - 1])]);
    const units = graph.op('Div', [upTo, multiple]);
    graph.free(units, size.prime);
    cuts.set(size, length);
    return graph.op('Sub', [graph.op('Mul', [units, multiple]), length]);
  });
  if (missing.every((one) => one === undefined)) return graph.handle(name, shape, dtype, layout);
  const after = missing.map((one) => one ?? graph.ints([0]));
  const pads = graph.op('Concat', [...after.map(() => graph.ints([0])), ...after], { axis: 0 });
  const padded = graph.op('Pad', [name, pads, graph.scalar(0, dtype)]);
  return graph.handle(padded, shape, dtype, layout);
}

/** Names a result, cut back where it is as long as a padded input. */
function addOutput(
  graph: GraphBuilder,
  name: string,
  result: Handle,
  free: ReadonlyMap<string, StandIn>,
  cuts: ReadonlyMap<StandIn, string>,
): OnnxValueInfo {
  let cut = graph.plain(result);
  for (const [{ prime, multipleOf }, length] of cuts) {
    result.shape.forEach((size, axis) => {
      if (size !== prime * multipleOf) return;
      cut = graph.op('Slice', [cut, graph.ints([0]), length, graph.ints([axis])]);
    });
  }
  graph.nodes.push({ op: 'Identity', domain: '', inputs: [cut], outputs: [name], attributes: {} });
  return {
    name,
    type: result.dtype,
    shape: result.shape.map((size) => spellSize(size, free.values())),
  };
}
