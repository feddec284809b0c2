import * as tf from '@tensorflow/tfjs-core';
import type { OrtBackend } from '../backend/ort-backend.ts';
import { ownCopy } from '../graph/leaf.ts';
import { spell, spellTypes } from '../graph/spell.ts';
import type { DType, ValueType } from '../graph/value-type.ts';
import type { HostKernel } from './host-kernel.ts';
import { eachOperand, type Made, type Operands, onCpu } from './on-cpu.ts';

/** Shapes of their results depend on the operands' values; `Draw` draws as soon as it is called. */
const needValues = /^(Draw|NonMaxSuppression|Ragged|Sparse|StaticRegex|String|Unique)/;

/**
 * Stands in for a kernel that no ONNX graph can express: TensorFlow.js's `cpu` kernel runs, on the
 * spot where the operands are computed, else in its turn between the graph that makes them and the
 * graphs that use what it makes.
 */
export function fallback(name: string): HostKernel {
  return (backend, inputs, attrs) => {
    const run = onCpu(name);
    const operands = Object.values(inputs)
      .flat()
      .filter((info) => info != null);
    if (operands.every((info) => backend.isComputed(info))) {
      const made = run(inputs, attrs, ({ dataId }) => backend.readSync(dataId));
      return unwrap(
        made,
        made.map(({ values, shape, dtype }) => ({
          dataId: backend.write(values, [...shape], dtype),
          shape: [...shape],
          dtype,
        })),
      );
    }
    if (backend.tracing) {
      throw new Error(`ort backend: kernel '${name}' has no form in ONNX and cannot be exported.`);
    }
    if (needValues.test(name)) {
      throw new Error(
        `ort backend: kernel '${name}' runs on the cpu backend and needs the values of its operands at once; call \`await tensor.data()\` on them first.`,
      );
    }
    const types = typesOf(name, inputs, operands, attrs, run);
    return unwrap(types, later(backend, name, inputs, operands, attrs, types, run));
  };
}

function unwrap<T>({ isList }: { isList: boolean }, results: T[]): T | T[] {
  return isList ? results : results[0]!;
}

/** Runs a kernel as soon as its operands have data. */
function later(
  backend: OrtBackend,
  name: string,
  inputs: Operands,
  operands: readonly tf.TensorInfo[],
  attrs: tf.NamedAttrMap,
  types: readonly ValueType[],
  run: ReturnType<typeof onCpu>,
): tf.TensorInfo[] {
  // Tensors may be disposed of by then, and variables be other tensors; their places are kept.
  const given = eachOperand(inputs, ({ dataId, shape, dtype }) => ({ dataId, shape, dtype }));
  const order = new Map(operands.map(({ dataId }, i) => [dataId, i]));
  let failure: unknown = null;
  const definition = {
    name,
    inputs: [],
    outputs: () => [...types],
    emit: () => {
      throw new Error(
        `ort backend: kernel '${name}' could not run on the cpu backend: ${(failure as Error)?.message}`,
        { cause: failure },
      );
    },
  };
  return backend.later(
    definition,
    operands.map((info) => backend.value(info)),
    (data) => {
      try {
        const made = run(given, attrs, ({ dataId }) => data[order.get(dataId)!]!);
        return made.map(({ values, dtype }) => ownCopy(values, dtype as DType));
      } catch (error) {
        failure = error;
        throw error;
      }
    },
  );
}

type Types = readonly ValueType[] & { readonly isList: boolean };

const known = new Map<string, Types>();

/** Shapes and types of a kernel's results, tried out on zeros once for each kind of call. */
function typesOf(
  name: string,
  inputs: Operands,
  operands: readonly tf.TensorInfo[],
  attrs: tf.NamedAttrMap,
  run: ReturnType<typeof onCpu>,
): Types {
  const key = name + spellTypes(operands as readonly ValueType[]) + spell(attrs);
  let types = known.get(key);
  if (types === undefined) {
    const zeros = ({ shape, dtype }: tf.TensorInfo) =>
      tf.util.makeZerosTypedArray(tf.util.sizeFromShape(shape), dtype as DType);
    const made: Made = run(inputs, attrs, zeros);
    types = Object.assign(
      made.map(({ shape, dtype }) => ({ shape, dtype: dtype as DType })),
      { isList: made.isList },
    );
    known.set(key, types);
  }
  return types;
}
