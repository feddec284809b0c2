import {
  type ConvBatchNormOptions as CoreOptions,
  convBatchNorm as convBatchNormOf,
} from '@sts-net/layers-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';

/** Options of {@link convBatchNorm}. */
export type ConvBatchNormOptions = Omit<CoreOptions, 'kernel' | 'useBias'>;

/**
 * Convolution without bias, batch normalisation and, if named, ReLU. Kernels start from Kaiming's
 * normal distribution over the fan out, as in torchvision's encoders.
 */
export function convBatchNorm(x: SymbolicTensor, options: ConvBatchNormOptions): SymbolicTensor {
  return convBatchNormOf(x, { ...options, kernel: { mode: 'fanOut' } });
}
