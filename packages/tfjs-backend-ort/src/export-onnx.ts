import * as tf from '@tensorflow/tfjs-core';
import { plan } from './graph/plan.ts';
import { emitNodes, opset } from './graph/translate.ts';
import type { DType, Value } from './graph/value.ts';
import { GraphBuilder, type Handle, isIdentity } from './onnx/graph-builder.ts';
import { writeModel } from './onnx/model-writer.ts';
import { OrtBackend } from './ort-backend.ts';

/** An input of an exported graph. */
export interface OnnxInput {
  readonly name: string;
  /** Sizes in TensorFlow.js's order (images channels last); `null` in front for any batch. */
  readonly shape: readonly (number | null)[];
  /** @default 'float32' */
  readonly dtype?: 'float32' | 'int32' | 'bool';
}

/** Stands for the free batch while the function is traced; no size is a multiple of it by chance. */
const BATCH = 999_983;

/**
 * Writes what a function of tensors does as an ONNX file (operator set 18, ONNX's own operators
 * only). The function is traced once, without computing; tensors from outside, such as a model's
 * weights, become constants of the file.
 *
 * @param run Gets one tensor for each input and returns the results, by name.
 * @param inputs The file's inputs. Their axes, and those of the results, are as in TensorFlow.js.
 * @param metadata Free text by name, kept in the file for `readOnnxMetadata`.
 * @returns The file's bytes.
 * @throws Error where the current backend is not `'ort'`.
 * @throws RangeError where a size is free that is not the batch, or a constant depends on the batch.
 */
export async function exportOnnx(
  run: (...inputs: tf.Tensor[]) => Readonly<Record<string, tf.Tensor>>,
  inputs: readonly OnnxInput[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  const backend = tf.backend();
  if (!(backend instanceof OrtBackend)) {
    throw new Error(
      `\`exportOnnx\`: the current backend must be 'ort', got '${tf.getBackend()}'; call \`await tf.setBackend('ort')\` first.`,
    );
  }
  for (const { name, shape } of inputs) {
    if (shape.slice(1).every((size) => size !== null)) continue;
    throw new RangeError(
      `\`exportOnnx\`: only the first size of an input may be free, got [${shape}] for '${name}'; export one file per size.`,
    );
  }
  await backend.flush();
  const placeholders = inputs.map(({ shape, dtype = 'float32' }) =>
    tf.engine().makeTensorFromTensorInfo(
      backend.placeholder(
        shape.map((size) => size ?? BATCH),
        dtype,
      ),
      backend,
    ),
  );
  const results = tf.tidy(() => run(...placeholders));
  try {
    return write(
      inputs,
      placeholders.map((one) => backend.value(one)),
      Object.entries(results).map(([name, one]) => ({ name, value: backend.value(one) })),
      metadata,
    );
  } finally {
    tf.dispose([placeholders, Object.values(results)]);
  }
}

function write(
  inputs: readonly OnnxInput[],
  placeholders: readonly Value[],
  results: readonly { readonly name: string; readonly value: Value }[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const traced = plan(results.map(({ value }) => value));
  const graph = new GraphBuilder(false);
  const leaves = new Map<Value, Handle>();
  inputs.forEach(({ name, shape }, i) => {
    const { dtype, layout } = placeholders[i]!;
    graph.input(
      name,
      dtype,
      shape.map((size) => size ?? 'batch'),
    );
    leaves.set(placeholders[i]!, graph.handle(name, placeholders[i]!.shape, dtype, layout));
  });
  const free = inputs.find(({ shape }) => shape[0] === null);
  if (free !== undefined) graph.freeBatch(free.name, BATCH);
  traced.leaves.forEach((leaf, i) => {
    if (leaves.has(leaf)) return;
    const numbers = leaf.data!.length <= 16 ? [...leaf.data!] : [];
    if ([...leaf.shape, ...numbers].some((size) => size >= BATCH && size % BATCH === 0)) {
      throw new RangeError(
        `\`exportOnnx\`: a constant of shape [${leaf.shape.map((size) => (size === BATCH ? 'batch' : size))}] depends on the batch size; export with a fixed batch.`,
      );
    }
    const sizes = leaf.layout.map((axis) => leaf.shape[axis]!);
    const name = graph.initializer(leaf.dtype, sizes, leaf.data!, `leaf${i}`);
    leaves.set(leaf, graph.handle(name, leaf.shape, leaf.dtype, leaf.layout));
  });
  const made = emitNodes(graph, traced, leaves);
  const outputs = results.map(({ name, value }) => {
    const handle = made(value);
    const from = isIdentity(handle.layout) ? handle.name : graph.plain(handle);
    graph.nodes.push({
      op: 'Identity',
      domain: '',
      inputs: [from],
      outputs: [name],
      attributes: {},
    });
    const shape = value.shape.map((size) => (size === BATCH ? 'batch' : size));
    return { name, type: value.dtype as DType, shape };
  });
  return writeModel({
    name: 'tfjs',
    opset,
    nodes: graph.nodes,
    inputs: graph.inputs,
    outputs,
    initializers: graph.initializers,
    metadata,
  });
}
