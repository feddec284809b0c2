import { BatchNormalization } from '@sts-net/layers-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { PReLU } from '../layers/prelu.ts';
import { type ConvolutionOptions, convolution } from '../parts/convolution.ts';

/** Batch normalisation with epsilon 0.001, and PReLU. */
export function normalizePReLU(x: SymbolicTensor, key: string): SymbolicTensor {
  const normal = new BatchNormalization({ name: `${key}.bn`, epsilon: 1e-3 }).apply(x);
  return new PReLU({ name: `${key}.acti` }).apply(normal) as SymbolicTensor;
}

/** A convolution without bias, normalisation and PReLU. */
export function preluUnit(
  x: SymbolicTensor,
  key: string,
  options: Omit<ConvolutionOptions, 'name' | 'useBias'>,
): SymbolicTensor {
  const y = convolution(x, { name: `${key}.conv`, ...options });
  return normalizePReLU(y, `${key}.bn_relu`);
}
