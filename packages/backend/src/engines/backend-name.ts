/** The engines that TensorFlow.js can run on here. */
export type BackendName = 'tensorflow' | 'ort' | 'webgpu' | 'wasm' | 'cpu';

/** All of them, in the order of their names in errors and reports. */
export const backendNames: readonly BackendName[] = ['tensorflow', 'webgpu', 'ort', 'wasm', 'cpu'];
