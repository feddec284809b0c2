export { describeBackends, expectNoNewTensors } from './backends.ts';
export {
  type Damage,
  type Draw,
  damagedBytes,
  damagedJson,
  drawing,
  fuzzLane,
  unclear,
} from './damage.ts';
export { type DecoderCase, describeDecoder } from './describe-decoder.ts';
export { describeEncoder, type EncoderCase } from './describe-encoder.ts';
export { describeLayer, type LayerVariant } from './describe-layer.ts';
export { type GoldenName, golden, recipeStateDict, type TorchTensor } from './golden.ts';
export { exactSums, longNumbers, longSums } from './long-sums.ts';
export { fnv1a, mulberry32, signed, uniform } from './random.ts';
export { saveAndLoad } from './save-and-load.ts';
export type { Tolerance } from './setup.ts';
export { temporaryFolder } from './temporary-folder.ts';
export { hwio, nchwValues, signedNchw } from './tensors.ts';
