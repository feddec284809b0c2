import * as tf from '@tensorflow/tfjs-core';
import type { HostKernel } from './host-kernel.ts';

/** Names of every kernel that TensorFlow.js knows: it exports each under its own name. */
export const kernelNames: readonly string[] = Object.entries(tf)
  .filter(([name, value]) => name === value)
  .map(([name]) => name);

type Operand = tf.TensorInfo | tf.TensorInfo[] | undefined;

/**
 * Stands in for a kernel that no ONNX graph can express: runs TensorFlow.js's `cpu` kernel on the
 * spot, for which its operands must have been computed. Throws an error that says so otherwise.
 */
export function fallback(name: string): HostKernel {
  return (backend, inputs, attrs) => {
    const kernel = tf.getKernel(name, 'cpu');
    const cpu = tf.findBackend('cpu');
    if (kernel == null || cpu == null) {
      throw new Error(
        `ort backend: kernel '${name}' cannot be part of an ONNX graph; import '@tensorflow/tfjs-backend-cpu', on which it can run, or use another backend for it.`,
      );
    }
    const given = Object.values(inputs)
      .flat()
      .filter((info) => info != null);
    for (const info of given) {
      if (backend.isComputed(info)) continue;
      throw new Error(
        `ort backend: kernel '${name}' runs on the cpu backend, which needs its operands computed; call \`await tensor.data()\` on them first.`,
      );
    }
    const copies: tf.TensorInfo[] = [];
    // Operands are tensors or lists of them; some kernels want to know the rank.
    const copy = (info: Operand): Operand => {
      if (info == null) return info;
      if (Array.isArray(info)) return info.map(copy) as tf.TensorInfo[];
      const { dataId, shape, dtype } = info;
      const moved = { dataId: cpu.write(backend.readSync(dataId), shape, dtype), shape, dtype };
      copies.push(moved);
      return Object.assign({ ...moved }, { rank: shape.length });
    };
    try {
      const moved = Array.isArray(inputs)
        ? inputs.map(copy)
        : Object.fromEntries(Object.entries(inputs).map(([key, info]) => [key, copy(info)]));
      const results = kernel.kernelFunc({
        inputs: moved as unknown as tf.NamedTensorInfoMap,
        attrs,
        backend: cpu,
      });
      const back = [results].flat().map(({ dataId, shape, dtype }) => {
        const values = dtype === 'complex64' ? null : cpu.readSync(dataId);
        cpu.disposeData(dataId);
        if (values === null) {
          throw new TypeError(
            `ort backend: kernel '${name}' gives complex numbers, which this backend does not hold; use the cpu backend for it.`,
          );
        }
        return { dataId: backend.write(values, shape, dtype), shape, dtype };
      });
      return Array.isArray(results) ? back : back[0]!;
    } finally {
      for (const { dataId } of copies) cpu.disposeData(dataId);
    }
  };
}
