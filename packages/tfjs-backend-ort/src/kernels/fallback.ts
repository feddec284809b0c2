import * as tf from '@tensorflow/tfjs-core';
import type { HostKernel } from './host-kernel.ts';

/** Names of every kernel that TensorFlow.js knows: it exports each under its own name. */
export const kernelNames: readonly string[] = Object.entries(tf)
  .filter(([name, value]) => name === value)
  .map(([name]) => name);

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
    const operands = (Object.entries(inputs) as [string, tf.TensorInfo | undefined][]).filter(
      ([, info]) => info != null,
    ) as [string, tf.TensorInfo][];
    for (const [, info] of operands) {
      if (backend.isComputed(info)) continue;
      throw new Error(
        `ort backend: kernel '${name}' runs on the cpu backend, which needs its operands computed; call \`await tensor.data()\` on them first.`,
      );
    }
    const copies = operands.map(([key, { dataId, shape, dtype }]): [string, tf.TensorInfo] => [
      key,
      { dataId: cpu.write(backend.readSync(dataId), shape, dtype), shape, dtype },
    ]);
    const named = Array.isArray(inputs)
      ? copies.map(([, info]) => info)
      : Object.fromEntries(copies);
    const results = kernel.kernelFunc({
      inputs: named as tf.NamedTensorInfoMap,
      attrs,
      backend: cpu,
    });
    const moved = [results].flat().map(({ dataId, shape, dtype }) => {
      const values = dtype === 'complex64' ? null : cpu.readSync(dataId);
      cpu.disposeData(dataId);
      if (values === null) {
        throw new TypeError(
          `ort backend: kernel '${name}' gives complex numbers, which this backend does not hold; use the cpu backend for it.`,
        );
      }
      return { dataId: backend.write(values, shape, dtype), shape, dtype };
    });
    for (const [, { dataId }] of copies) cpu.disposeData(dataId);
    return Array.isArray(results) ? moved : moved[0]!;
  };
}
