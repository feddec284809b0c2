import * as tf from '@tensorflow/tfjs-core';

/** A kernel's operands: tensors or lists of them. */
export type Operands = tf.NamedTensorInfoMap;
type Operand = tf.TensorInfo | tf.TensorInfo[] | undefined;

/** What `change` makes of every tensor among a kernel's operands. */
export function eachOperand(
  operands: Operands,
  change: (info: tf.TensorInfo) => tf.TensorInfo,
): Operands {
  const changed = (one: Operand): Operand =>
    Array.isArray(one) ? one.map(change) : one == null ? one : change(one);
  return (
    Array.isArray(operands)
      ? operands.map(changed)
      : Object.fromEntries(Object.entries(operands).map(([key, one]) => [key, changed(one)]))
  ) as Operands;
}

interface Result {
  readonly values: tf.backend_util.BackendValues;
  readonly shape: readonly number[];
  readonly dtype: tf.DataType;
}

/** A kernel's results, and whether it gives a list or a single one. */
export type Made = readonly Result[] & { readonly isList: boolean };

/**
 * TensorFlow.js's `cpu` kernel of this name, on values that `read` gives for each operand.
 *
 * @throws Error where `@tensorflow/tfjs-backend-cpu` is not imported.
 */
export function onCpu(
  name: string,
): (
  inputs: Operands,
  attrs: tf.NamedAttrMap,
  read: (info: tf.TensorInfo) => tf.backend_util.BackendValues,
) => Made {
  const kernel = tf.getKernel(name, 'cpu');
  const cpu = tf.findBackend('cpu');
  if (kernel == null || cpu == null) {
    throw new Error(
      `ort backend: kernel '${name}' cannot be part of an ONNX graph; import '@tensorflow/tfjs-backend-cpu', on which it can run, or use another backend for it.`,
    );
  }
  return (inputs, attrs, read) => {
    const copies: tf.TensorInfo[] = [];
    const copy = (info: tf.TensorInfo): tf.TensorInfo => {
      const { shape, dtype } = info;
      const moved = { dataId: cpu.write(read(info), shape, dtype), shape, dtype };
      copies.push(moved);
      // Some kernels want to know the rank.
      return Object.assign({ ...moved }, { rank: shape.length });
    };
    try {
      const results = kernel.kernelFunc({
        inputs: eachOperand(inputs, copy),
        attrs,
        backend: cpu,
      });
      const made = [results].flat().map(({ dataId, shape, dtype }) => {
        const values = dtype === 'complex64' ? null : cpu.readSync(dataId);
        cpu.disposeData(dataId);
        if (values === null) {
          throw new TypeError(
            `ort backend: kernel '${name}' gives complex numbers, which this backend does not hold; use the cpu backend for it.`,
          );
        }
        return { values, shape, dtype };
      });
      return Object.assign(made, { isList: Array.isArray(results) });
    } finally {
      for (const { dataId } of copies) cpu.disposeData(dataId);
    }
  };
}
