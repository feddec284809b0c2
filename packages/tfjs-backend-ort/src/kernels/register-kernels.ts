import * as tf from '@tensorflow/tfjs-core';
import type { OrtBackend } from '../backend/ort-backend.ts';
import type { Attrs } from '../graph/value-type.ts';
import { fallback, kernelNames } from './fallback.ts';
import { graphKernels } from './graph-kernels.ts';
import type { HostKernel } from './host-kernel.ts';
import { hostKernels } from './host-kernels.ts';
import { recorder } from './recorder.ts';

/** Registers every kernel for TensorFlow.js's backend `'ort'`, once. */
export function registerKernels(): void {
  const own = new Set([...graphKernels.keys(), ...Object.keys(hostKernels)]);
  for (const name of own) register(name, hostKernels[name] ?? recorder(name));
  for (const name of kernelNames) if (!own.has(name)) register(name, fallback(name));
}

function register(kernelName: string, run: HostKernel): void {
  if (tf.getKernel(kernelName, 'ort') !== undefined) return;
  tf.registerKernel({
    kernelName,
    backendName: 'ort',
    kernelFunc: ({ inputs, attrs, backend }) =>
      run(backend as OrtBackend, inputs, (attrs ?? {}) as Attrs),
  });
}
