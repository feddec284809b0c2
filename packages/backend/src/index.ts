export type { BackendName } from './backend-name.ts';
export type { BackendProbe } from './backend-probe.ts';
export { probeBackends } from './probe-backends.ts';
export { registerWasmTrainingKernels } from './register-wasm-training-kernels.ts';
export { type BackendInfo, useBackend } from './use-backend.ts';
