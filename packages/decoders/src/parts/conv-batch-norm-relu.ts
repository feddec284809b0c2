import { type ConvBatchNormOptions, convBatchNorm } from '@sts-net/layers-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';

/** Options of {@link convBatchNormReLU}. */
export interface ConvBatchNormReLUOptions
  extends Omit<ConvBatchNormOptions, 'kernel' | 'strides' | 'groups' | 'maxValue'> {
  /** Deviation of the initial uniform kernels times √fanIn. */
  readonly gain: number;
}

/** Convolution that keeps the size, batch normalisation and, if named, ReLU. */
export function convBatchNormReLU(
  x: SymbolicTensor,
  { gain, ...options }: ConvBatchNormReLUOptions,
): SymbolicTensor {
  return convBatchNorm(x, { ...options, kernel: { distribution: 'uniform', gain } });
}
