import type { DataId, DataType, TensorInfo } from '@tensorflow/tfjs-core';

/** What the kernels here use of TensorFlow.js's WASM backend. */
export interface WasmBackend {
  readonly wasm: {
    /** Where the module makes its memory, and where it is given one shared between threads. */
    readonly asm?: { readonly memory?: WebAssembly.Memory };
    readonly wasmMemory?: WebAssembly.Memory;
    _malloc(bytes: number): number;
    _free(address: number): void;
  };
  readonly dataIdMap: { get(id: DataId): { readonly memoryOffset: number } };
  incRef(id: DataId): void;
  disposeData(id: DataId): boolean;
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
}

/** The backend's memory. Its `buffer` is another one after every growth. */
export function memoryOf({ wasm }: WasmBackend): WebAssembly.Memory {
  const memory = wasm.asm?.memory ?? wasm.wasmMemory;
  if (memory === undefined) {
    throw new Error(
      'wasm backend: its memory is not where @tensorflow/tfjs-backend-wasm 4.22 keeps it; install that version.',
    );
  }
  return memory;
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
  return new Float32Array(memoryOf(backend).buffer, addressOf(backend, tensor), sizeOf(tensor));
}

/** A new float32 tensor on the backend, its values undefined. */
export function allocate(backend: WasmBackend, shape: readonly number[]): TensorInfo {
  const bytes = 4 * shape.reduce((a, b) => a * b, 1);
  checkRoom(bytes);
  const tensor = backend.makeOutput([...shape], 'float32');
  if (bytes > 0 && addressOf(backend, tensor) === 0) {
    backend.disposeData(tensor.dataId);
    throw outOfMemory(bytes);
  }
  return tensor;
}

/** Runs `use` with `bytes` of scratch memory, aligned to 16, and frees it. */
export function withScratch<T>(
  backend: WasmBackend,
  bytes: number,
  use: (address: number) => T,
): T {
  checkRoom(bytes);
  const address = backend.wasm._malloc(bytes + 16) >>> 0;
  if (address === 0) throw outOfMemory(bytes);
  try {
    return use(16 * Math.ceil(address / 16));
  } finally {
    backend.wasm._free(address);
  }
}

/** The backend's allocator counts modulo 4 GiB and would give too little. */
function checkRoom(bytes: number): void {
  if (bytes > 2 ** 32 - 2 ** 16) throw outOfMemory(bytes);
}

function outOfMemory(bytes: number): Error {
  return new RangeError(
    `wasm backend: ${(bytes / 2 ** 20).toFixed(1)} MiB more do not fit into its memory; use smaller batches or images, or another backend.`,
  );
}
