import { kernels } from '../generated/kernels.ts';
import { memoryOf, type WasmBackend } from './backend.ts';

/** The functions compiled from `assembly/`, where they are described; addresses in bytes. */
export type NativeKernels = Readonly<
  Record<
    | 'adamW'
    | 'columnProducts'
    | 'columnSums'
    | 'convolve'
    | 'depthwise'
    | 'depthwiseFilter'
    | 'filterGradient'
    | 'maxPoolGradient'
    | 'normalize'
    | 'normalizeGradient'
    | 'packFilter'
    | 'reluGradient'
    | 'repeat'
    | 'rowSums'
    | 'scatterPixels'
    | 'slice',
    (...numbers: number[]) => void
  >
>;

const instances = new WeakMap<WasmBackend, NativeKernels>();

/** The native kernels working in the backend's own memory. */
export function nativeKernels(backend: WasmBackend): NativeKernels {
  let instance = instances.get(backend);
  if (instance === undefined) {
    const memory = memoryOf(backend);
    const shared = !(memory.buffer instanceof ArrayBuffer);
    const module = new WebAssembly.Module(kernelBytes(shared));
    instance = new WebAssembly.Instance(module, { env: { memory } })
      .exports as unknown as NativeKernels;
    instances.set(backend, instance);
  }
  return instance;
}

/**
 * The module's bytes. A module says whether the memory it imports is shared between threads in one
 * byte, the flags before the memory's limits: 1 no, 3 yes.
 */
export function kernelBytes(shared: boolean): Uint8Array<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(kernels), (c) => c.charCodeAt(0));
  if (shared) bytes[memoryFlags(bytes)] = 3;
  return bytes;
}

/** Position of the flags: behind the import's name `env` `memory` and its kind, 2. */
function memoryFlags(bytes: Uint8Array): number {
  const name = [3, ...ascii('env'), 6, ...ascii('memory'), 2];
  const start = bytes.findIndex((_, i) => name.every((byte, j) => bytes[i + j] === byte));
  return start + name.length;
}

function ascii(text: string): number[] {
  return [...text].map((c) => c.charCodeAt(0));
}
