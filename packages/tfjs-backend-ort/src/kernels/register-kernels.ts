import * as tf from '@tensorflow/tfjs-core';
import type { Attrs } from '../graph/value.ts';
import type { OrtBackend } from '../ort-backend.ts';
import { graphKernels } from './graph-kernels.ts';
import { recorder } from './host-kernel.ts';
import { hostKernels } from './host-kernels.ts';

/** Registers every kernel for TensorFlow.js's backend `'ort'`, once. */
export function registerKernels(): void {
  for (const kernelName of new Set([...graphKernels.keys(), ...Object.keys(hostKernels)])) {
    if (tf.getKernel(kernelName, 'ort') !== undefined) continue;
    const run = hostKernels[kernelName] ?? recorder(kernelName);
    tf.registerKernel({
      kernelName,
      backendName: 'ort',
      kernelFunc: ({ inputs, attrs, backend }) =>
        run(backend as OrtBackend, inputs, (attrs ?? {}) as Attrs),
    });
  }
}
