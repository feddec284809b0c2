import type * as tf from '@tensorflow/tfjs-core';
import { fallback } from './fallback.ts';
import { graphKernels } from './graph-kernels.ts';
import type { HostKernel } from './host-kernel.ts';

/** The kernel that records the graph kernel of this name. */
export function recorder(name: string): HostKernel {
  const kernel = graphKernels.get(name)!;
  const several = kernel.inputs[0] === '...';
  return (backend, inputs, given) => {
    const operands = several
      ? (inputs as unknown as tf.TensorInfo[])
      : kernel.inputs.map((one) => inputs[one.replace('?', '')]);
    // Strings are no part of graphs.
    if (operands.some((info) => info?.dtype === 'string')) {
      return fallback(name)(backend, inputs, given);
    }
    const values = operands.map((info) => (info == null ? null : backend.value(info)));
    const attrs = kernel.attrs === undefined ? given : kernel.attrs(given, values as never);
    return backend.record(kernel, values, attrs);
  };
}
