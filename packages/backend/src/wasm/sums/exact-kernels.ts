import type { KernelConfig } from '@tensorflow/tfjs-core';
import { product } from './product.ts';
import { scan } from './scan.ts';
import { softmax } from './softmax.ts';
import { sum } from './sum.ts';

/**
 * Kernels that the WASM backend has, but whose float32 sums lose digits with many numbers. Call it
 * when TensorFlow.js's own are registered: what is not ours to sum goes on to them.
 */
export function exactKernels(): readonly KernelConfig[] {
  return [
    sum('Sum'),
    sum('Mean'),
    product(),
    scan('Cumsum', 0, (total, value) => total + value),
    scan('Cumprod', 1, (total, value) => total * value),
    softmax(),
  ];
}
