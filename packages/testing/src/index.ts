export { describeBackends, expectNoNewTensors, testedBackends } from './backends.ts';
export { type GoldenName, golden, recipeStateDict, type TorchTensor } from './golden.ts';
export { fnv1a, mulberry32, signed, uniform } from './random.ts';
export type { Tolerance } from './setup.ts';
export { hwio, nchwValues, signedNchw } from './tensors.ts';
