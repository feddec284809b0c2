import * as tf from '@tensorflow/tfjs-core';
import type { OrtBackend } from '../backend/ort-backend.ts';
import type { Attrs } from '../graph/value-type.ts';
import { updateAsAWhole } from '../updates/whole-updates.ts';
import { fallback } from './fallback.ts';
import { graphKernels } from './graph-kernels.ts';
import type { HostKernel } from './host-kernel.ts';
import { hostKernels } from './host-kernels.ts';
import { recorder } from './recorder.ts';

/** Names of every kernel that TensorFlow.js knows: it exports each under its own name. */
const kernelNames: readonly string[] = Object.entries(tf)
  .filter(([name, value]) => name === value)
  .map(([name]) => name);

/**
 * Kernels that no backend for processors has. TensorFlow.js asks whether there is `FromPixels` and
 * reads plain pixels itself where there is none; the others it does not call.
 */
export const absentKernels: ReadonlySet<string> = new Set([
  'FromPixels',
  'LogicalXor',
  'LowerBound',
  'MatrixBandPart',
  'Pool',
  'UpperBound',
]);

/**
 * Registers every kernel for TensorFlow.js's backend `'ort'`, once, and lets TensorFlow.js's
 * optimisers use theirs.
 */
export function registerKernels(): void {
  const own = new Set([...graphKernels.keys(), ...Object.keys(hostKernels)]);
  for (const name of own) register(name, hostKernels[name] ?? recorder(name));
  for (const name of kernelNames) {
    if (!own.has(name) && !absentKernels.has(name)) register(name, fallback(name));
  }
  updateAsAWhole();
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
