import { BatchNormalization, Conv2D, deriveSeed, Kaiming, ReLU } from '@sts-net/layers-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';

/** Options of {@link convBatchNormReLU}; names are full layer names. */
export interface ConvBatchNormReLUOptions {
  readonly convolution: string;
  readonly batchNormalization: string;
  readonly relu: string;
  readonly filters: number;
  readonly kernelSize: number;
  /** @default 1 */
  readonly dilation?: number;
  /** Deviation of the initial uniform kernels times √fanIn. */
  readonly gain: number;
  /** The network's seed. */
  readonly seed: number;
}

/** Convolution without bias that keeps the size, batch normalisation, ReLU. */
export function convBatchNormReLU(
  x: SymbolicTensor,
  options: ConvBatchNormReLUOptions,
): SymbolicTensor {
  const { convolution, kernelSize, dilation = 1, gain, seed } = options;
  const convolved = new Conv2D({
    name: convolution,
    filters: options.filters,
    kernelSize,
    dilations: dilation,
    padding: Math.floor(kernelSize / 2) * dilation,
    kernelInitializer: new Kaiming({
      distribution: 'uniform',
      gain,
      seed: deriveSeed(seed, convolution),
    }),
  }).apply(x);
  const normalized = new BatchNormalization({ name: options.batchNormalization }).apply(convolved);
  return new ReLU({ name: options.relu }).apply(normalized) as SymbolicTensor;
}
