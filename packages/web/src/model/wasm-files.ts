/** TensorFlow.js's files for browsers with and without SIMD and threads. */
export const wasmFiles: readonly string[] = ['', '-simd', '-threaded-simd'].map(
  (kind) => `tfjs-backend-wasm${kind}.wasm`,
);
