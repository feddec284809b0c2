import { kernels } from '../../generated/kernels.ts';

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

/** The module, for memory that is shared between threads or not. */
export function kernelModule(shared: boolean): WebAssembly.Module {
  return new WebAssembly.Module(kernelBytes(shared));
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
