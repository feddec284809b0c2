export type { OrtBackendOptions } from './backend/options.ts';
export { OrtBackend } from './backend/ort-backend.ts';
export type { OrtStatistics } from './backend/statistics.ts';
export { exportOnnx, type OnnxInput } from './export-onnx.ts';
export type { FreeSize } from './graph/free-size.ts';
export { readOnnxMetadata } from './onnx/read-onnx-metadata.ts';
export { registerOrtBackend } from './register-ort-backend.ts';
export { loadOrt, OrtMissingError } from './runtime/load-ort.ts';
export type { OrtRuntime, OrtSession, OrtTensor, OrtTensors } from './runtime/ort-runtime.ts';
