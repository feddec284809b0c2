export { type EncodeModelOptions, encodeModel } from './encode-model.ts';
export {
  type ClassDescription,
  describeClasses,
  type ModelDescription,
  type ModelFile,
  type WeightsDescription,
} from './model-description.ts';
export { wasmFiles } from './wasm-files.ts';
