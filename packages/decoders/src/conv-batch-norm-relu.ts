import { BatchNormalization, Conv2D, deriveSeed, Kaiming, ReLU } from '@sts-net/layers-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';

/** Options of {@link convBatchNormReLU}; names are full layer names. */
export interface ConvBatchNormReLUOptions {
  readonly convolution: string;
  readonly batchNormalization: string;
  /** The ReLU at the end; none without a name. */
  readonly relu?: string;
  readonly filters: number;
  readonly kernelSize: number;
  /** @default 1 */
  readonly dilation?: number;
  /** Whether the convolution has a bias, which starts at zero. @default false */
  readonly useBias?: boolean;
  /** Deviation of the initial uniform kernels times √fanIn. */
  readonly gain: number;
  /** The network's seed. */
  readonly seed: number;
}

/** Convolution that keeps the size, batch normalisation and, if named, ReLU. */
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
    useBias: options.useBias ?? false,
    kernelInitializer: new Kaiming({
      distribution: 'uniform',
      gain,
      seed: deriveSeed(seed, convolution),
    }),
  }).apply(x);
  const y = new BatchNormalization({ name: options.batchNormalization }).apply(convolved);
  const { relu } = options;
  return (relu === undefined ? y : new ReLU({ name: relu }).apply(y)) as SymbolicTensor;
}
