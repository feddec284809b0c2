import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { deriveSeed } from '../initializers/derive-seed.ts';
import { Kaiming, type KaimingArgs } from '../initializers/kaiming.ts';
import { BatchNormalization } from '../layers/batch-normalization.ts';
import { Conv2D } from '../layers/conv2d.ts';
import { ReLU } from '../layers/relu.ts';

/** Options of {@link convBatchNorm}; names are full layer names. */
export interface ConvBatchNormOptions {
  readonly convolution: string;
  readonly batchNormalization: string;
  /** The ReLU at the end; none without a name. */
  readonly relu?: string | undefined;
  readonly filters: number;
  readonly kernelSize: number;
  /** @default 1 */
  readonly strides?: number | undefined;
  /** @default 1 */
  readonly dilation?: number | undefined;
  /** @default 1 */
  readonly groups?: number | undefined;
  /** Whether the convolution has a bias, which starts at zero. @default false */
  readonly useBias?: boolean | undefined;
  /** Upper bound of the ReLU. @default none */
  readonly maxValue?: number | undefined;
  /** How the kernel starts. @default Kaiming's normal distribution over the fan in, for ReLU */
  readonly kernel?: Omit<KaimingArgs, 'seed'>;
  /** The network's seed. */
  readonly seed: number;
}

/**
 * Convolution padded by ⌊kernel/2⌋·dilation on each side, batch normalisation and, if named, ReLU:
 * `[batch, height, width, channels]` to `[batch, height / strides, width / strides, filters]`.
 */
export function convBatchNorm(x: SymbolicTensor, options: ConvBatchNormOptions): SymbolicTensor {
  const { convolution, kernelSize, dilation = 1, kernel, seed } = options;
  const convolved = new Conv2D({
    name: convolution,
    filters: options.filters,
    kernelSize,
    strides: options.strides ?? 1,
    dilations: dilation,
    padding: Math.floor(kernelSize / 2) * dilation,
    groups: options.groups ?? 1,
    useBias: options.useBias ?? false,
    kernelInitializer: new Kaiming({ ...kernel, seed: deriveSeed(seed, convolution) }),
  }).apply(x);
  const y = new BatchNormalization({ name: options.batchNormalization }).apply(convolved);
  const { relu, maxValue = null } = options;
  return (relu === undefined ? y : new ReLU({ name: relu, maxValue }).apply(y)) as SymbolicTensor;
}
