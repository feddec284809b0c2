import { version_wasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { registerWasmTrainingKernels } from '../kernels/register-wasm-training-kernels.ts';
import type { BackendProbe } from './backend-probe.ts';
import { type Engine, missing } from './engine.ts';
import { isNode, processors } from './runtime.ts';

/** WebAssembly with SIMD, and the kernels without which it cannot train. */
export const wasmEngine: Engine = { name: 'wasm', probe };

async function probe(): Promise<BackendProbe> {
  try {
    registerWasmTrainingKernels();
  } catch (error) {
    return missing('wasm', (error as Error).message, 'use a newer browser or Node.js');
  }
  const isThreaded = (await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT')) === true;
  return {
    name: 'wasm',
    available: true,
    version: version_wasm,
    device: 'cpu',
    gpu: false,
    threads: isThreaded ? processors() : 1,
    reason: isThreaded || isNode() ? '' : 'one thread: the page is not cross-origin isolated',
    remedy: '',
  };
}
