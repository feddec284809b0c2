export { type GraphicsAdapter, graphicsAdapter } from './engines/adapter.ts';
export type { BackendChoice, BackendName, OrtProvider } from './engines/backend-name.ts';
export type { BackendProbe } from './engines/backend-probe.ts';
export { registerWasmTrainingKernels } from './engines/wasm.ts';
export { probeBackends } from './probe-backends.ts';
export { type BackendInfo, useBackend } from './use-backend.ts';
