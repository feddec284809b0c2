export { describeBackends, expectNoNewTensors } from './backends.ts';
export { type DecoderCase, describeDecoder } from './describe-decoder.ts';
export { describeEncoder, type EncoderCase } from './describe-encoder.ts';
export { describeLayer, type LayerVariant } from './describe-layer.ts';
export { type GoldenName, golden, recipeStateDict, type TorchTensor } from './golden.ts';
export { fnv1a, mulberry32, signed, uniform } from './random.ts';
export { saveAndLoad } from './save-and-load.ts';
export type { Tolerance } from './setup.ts';
export { hwio, nchwValues, signedNchw } from './tensors.ts';
