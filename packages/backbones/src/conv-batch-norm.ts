import { BatchNormalization, Conv2D, deriveSeed, Kaiming, ReLU } from '@sts-net/layers-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';

/** Options of {@link convBatchNorm}; names are full layer names. */
export interface ConvBatchNormOptions {
  readonly convolution: string;
  readonly batchNormalization: string;
  /** The ReLU at the end; none without a name. */
  readonly relu?: string;
  readonly filters: number;
  readonly kernelSize: number;
  /** @default 1 */
  readonly strides?: number;
  /** @default 1 */
  readonly dilation?: number;
  /** @default 1 */
  readonly groups?: number;
  /** Upper bound of the ReLU. @default none */
  readonly maxValue?: number;
  /** The network's seed. */
  readonly seed: number;
}

/**
 * Convolution without bias, padded by ⌊kernel/2⌋·dilation on each side, batch normalisation and,
 * if named, ReLU. Kernels start from Kaiming's normal distribution over the fan out, as in
 * torchvision's encoders.
 */
export function convBatchNorm(x: SymbolicTensor, options: ConvBatchNormOptions): SymbolicTensor {
  const { convolution, kernelSize, dilation = 1, seed } = options;
  const convolved = new Conv2D({
    name: convolution,
    filters: options.filters,
    kernelSize,
    strides: options.strides ?? 1,
    dilations: dilation,
    padding: Math.floor(kernelSize / 2) * dilation,
    groups: options.groups ?? 1,
    kernelInitializer: new Kaiming({ mode: 'fanOut', seed: deriveSeed(seed, convolution) }),
  }).apply(x);
  const y = new BatchNormalization({ name: options.batchNormalization }).apply(convolved);
  if (options.relu === undefined) return y as SymbolicTensor;
  const { relu, maxValue = null } = options;
  return new ReLU({ name: relu, maxValue }).apply(y) as SymbolicTensor;
}
