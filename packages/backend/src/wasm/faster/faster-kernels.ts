import type { KernelConfig } from '@tensorflow/tfjs-core';
import { batchNormInference } from './batch-norm-inference.ts';
import { identity } from './identity.ts';
import { maxPoolGradient } from './max-pool-gradient.ts';
import { resizeNearestGradient } from './resize-nearest-gradient.ts';
import { slice } from './slice.ts';
import { split } from './split.ts';
import { tile } from './tile.ts';

/**
 * Kernels that the WASM backend has, but that take long in training or copy needlessly. Call it when
 * TensorFlow.js's own are registered: what is not sped up goes on to them.
 */
export function fasterKernels(): readonly KernelConfig[] {
  return [
    batchNormInference(),
    identity(),
    maxPoolGradient(),
    resizeNearestGradient(),
    slice(),
    split(),
    tile(),
  ];
}
