import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { convBatchNormReLU } from '../parts/conv-batch-norm-relu.ts';

/** Options of {@link convUnit}. */
export interface ConvUnitOptions {
  /** Prefix of all layer names. */
  readonly name: string;
  readonly filters: number;
  readonly kernelSize: number;
  /** @default true */
  readonly relu?: boolean;
  /** The network's seed. */
  readonly seed: number;
}

/** Convolution with bias, batch normalisation and ReLU: what PAN is made of. */
export function convUnit(
  x: SymbolicTensor,
  { name, relu = true, ...options }: ConvUnitOptions,
): SymbolicTensor {
  return convBatchNormReLU(x, {
    convolution: `${name}.conv`,
    batchNormalization: `${name}.bn`,
    ...(relu && { relu: `${name}.activation` }),
    useBias: true,
    gain: Math.SQRT2,
    ...options,
  });
}
