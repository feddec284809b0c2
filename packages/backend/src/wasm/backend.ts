import type { DataId, DataType, TensorInfo } from '@tensorflow/tfjs-core';

/** What the kernels here use of TensorFlow.js's WASM backend. */
export interface WasmBackend {
  readonly wasm: {
    readonly HEAPU8: Uint8Array;
    readonly asm?: { readonly memory?: WebAssembly.Memory };
    readonly wasmMemory?: WebAssembly.Memory;
    _malloc(bytes: number): number;
    _free(address: number): void;
  };
  readonly dataIdMap: { get(id: DataId): { readonly memoryOffset: number } };
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
}

/** Where a tensor's values start in the backend's memory, in bytes. */
export function addressOf(backend: WasmBackend, tensor: TensorInfo): number {
  return backend.dataIdMap.get(tensor.dataId).memoryOffset;
}

/** How many elements a tensor has. */
export function sizeOf({ shape }: TensorInfo): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** A float32 tensor's values, valid until the backend next allocates. */
export function floats(backend: WasmBackend, tensor: TensorInfo): Float32Array {
  return new Float32Array(backend.wasm.HEAPU8.buffer, addressOf(backend, tensor), sizeOf(tensor));
}

/** A new float32 tensor on the backend, its values undefined. */
export function allocate(backend: WasmBackend, shape: readonly number[]): TensorInfo {
  const tensor = backend.makeOutput([...shape], 'float32');
  if (addressOf(backend, tensor) === 0) throw outOfMemory(4 * sizeOf(tensor));
  return tensor;
}

/** Runs `use` with `bytes` of scratch memory, aligned to 16, and frees it. */
export function withScratch<T>(
  backend: WasmBackend,
  bytes: number,
  use: (address: number) => T,
): T {
  const address = backend.wasm._malloc(bytes + 16) >>> 0;
  if (address === 0) throw outOfMemory(bytes);
  try {
    return use(16 * Math.ceil(address / 16));
  } finally {
    backend.wasm._free(address);
  }
}

function outOfMemory(bytes: number): Error {
  return new RangeError(
    `wasm backend: ${(bytes / 2 ** 20).toFixed(1)} MiB more do not fit into its memory; use smaller batches or images, or another backend.`,
  );
}
