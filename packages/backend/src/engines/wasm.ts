import * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../wasm/native/backend.ts';
import type { BackendProbe } from './backend-probe.ts';
import { type Engine, missing } from './engine.ts';
import { isNode, processors } from './runtime.ts';
import { start } from './start.ts';
import { isThreadScriptWhole } from './thread-script.ts';
import { watchFiles } from './wasm-files.ts';

/** WebAssembly with SIMD, and the kernels without which it cannot train. */
export const wasmEngine: Engine = {
  name: 'wasm',
  probe,
  start: async () =>
    (await (isNode() ? start('wasm') : watchFiles(() => start('wasm')))) ?? (await startTeam()),
};

/** Our kernels take as many threads as TensorFlow.js has for its own, where it has some. */
async function startTeam(): Promise<undefined> {
  if (threads === 1) return;
  const { startThreads } = await import('../kernels/register-wasm-kernels.ts');
  await startThreads(tf.backend() as unknown as WasmBackend, threads);
}

/**
 * Registers, for TensorFlow.js's `wasm` backend, the kernels without which it cannot train:
 * `Conv2DBackpropFilter`, `DepthwiseConv2dNativeBackpropInput`, `DepthwiseConv2dNativeBackpropFilter`
 * and `UnsortedSegmentSum` (the gradient of `tf.gather`). A second call does nothing.
 *
 * @throws {Error} If the JavaScript engine has no WebAssembly SIMD.
 */
export async function registerWasmTrainingKernels(): Promise<void> {
  // Imported when they are asked for: with the backend they take as long as TensorFlow.js itself.
  const { registerWasmKernels } = await import('../kernels/register-wasm-kernels.ts');
  registerWasmKernels();
}

/** Those that the probe found. */
let threads = 1;

async function probe(): Promise<BackendProbe> {
  const { registerWasmKernels, version_wasm } = await import('../kernels/register-wasm-kernels.ts');
  try {
    registerWasmKernels();
  } catch (error) {
    return missing('wasm', (error as Error).message, 'use a newer browser or Node.js');
  }
  const mayBeThreaded = (await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT')) === true;
  const isThreaded = mayBeThreaded && isThreadScriptWhole();
  if (mayBeThreaded && !isThreaded) tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  threads = isThreaded ? processors() : 1;
  return {
    name: 'wasm',
    available: true,
    version: version_wasm,
    device: 'cpu',
    gpu: false,
    threads,
    reason: isThreaded || isNode() ? '' : oneThread(mayBeThreaded),
    remedy: '',
  };
}

function oneThread(isMinified: boolean): string {
  return isMinified
    ? "one thread: minified, the text that TensorFlow.js gives its threads has lost a `typeof`; of vite, `build.minify: 'esbuild'` keeps it"
    : 'one thread: the page is not cross-origin isolated';
}
