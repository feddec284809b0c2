export { exportOnnx, type OnnxInput } from './export-onnx.ts';
export type { FreeSize } from './onnx/free-size.ts';
export type { OrtBackendOptions } from './options.ts';
export { OrtBackend } from './ort-backend.ts';
export { readOnnxMetadata } from './read-onnx-metadata.ts';
export { registerOrtBackend } from './register-ort-backend.ts';
export type { OrtStatistics } from './statistics.ts';
