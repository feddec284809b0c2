import * as tf from '@tensorflow/tfjs-core';
import { batchNormalization } from '../wasm/batch-normalization.ts';
import { adamW, reluGradient } from '../wasm/elementwise.ts';
import { fasterKernels } from '../wasm/faster/faster-kernels.ts';
import { kernelBytes } from '../wasm/native/native-kernels.ts';
import { stsConvolution } from '../wasm/sts-convolution.ts';
import { exactKernels } from '../wasm/sums/exact-kernels.ts';
import { tfjsConvolution } from '../wasm/tfjs-convolution.ts';
import { unsortedSegmentSum } from '../wasm/unsorted-segment-sum.ts';

// With the kernels, so that no bundler is asked to put it into two places.
export { version_wasm } from '@tensorflow/tfjs-backend-wasm';
export { startThreads } from '../wasm/native/start-threads.ts';

let isRegistered = false;

/** See `registerWasmTrainingKernels` in `../engines/wasm.ts`. */
export function registerWasmKernels(): void {
  if (!WebAssembly.validate(kernelBytes(false))) {
    throw new Error(
      '`registerWasmTrainingKernels`: this JavaScript engine has no WebAssembly SIMD; use a newer browser or Node.js, or another backend.',
    );
  }
  if (isRegistered) return;
  isRegistered = true;
  for (const config of [
    ...tfjsConvolution,
    ...stsConvolution,
    ...batchNormalization,
    ...fasterKernels(),
    ...exactKernels(),
    reluGradient,
    adamW,
    unsortedSegmentSum,
  ]) {
    if (tf.getKernel(config.kernelName, 'wasm') !== undefined) {
      tf.unregisterKernel(config.kernelName, 'wasm');
    }
    tf.registerKernel(config);
  }
}
