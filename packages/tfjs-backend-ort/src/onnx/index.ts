export { readOnnxMetadata } from './read-onnx-metadata.ts';
