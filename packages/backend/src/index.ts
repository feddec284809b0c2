export { registerWasmTrainingKernels } from './register-wasm-training-kernels.ts';
export { type BackendInfo, type BackendName, useBackend } from './use-backend.ts';
