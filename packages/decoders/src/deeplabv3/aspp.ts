import { Broadcast, Dropout, deriveSeed, GlobalAveragePool } from '@sts-net/layers-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { convBatchNormReLU } from '../parts/conv-batch-norm-relu.ts';
import { torchDefaultGain } from '../parts/torch-default-gain.ts';
import { depthwise } from './depthwise.ts';

/** Options of {@link aspp}. */
export interface ASPPOptions {
  /** Prefix of all layer names. */
  readonly name: string;
  /** Channels of each branch and of the output. */
  readonly filters: number;
  /** Dilations of the 3×3 branches. */
  readonly rates: readonly number[];
  /** Whether the 3×3 convolutions are depthwise with a 1×1 convolution after. */
  readonly separable: boolean;
  /** Deviation of the initial uniform kernels times √fanIn. @default PyTorch's, 1/√3 */
  readonly gain?: number;
  /** Dropout rate at the end. */
  readonly dropout: number;
  /** The network's seed. */
  readonly seed: number;
}

/**
 * Atrous spatial pyramid pooling: a 1×1 convolution, dilated 3×3 convolutions and the image's mean
 * side by side, joined by a 1×1 convolution.
 *
 * Source: Chen et al., arXiv 1706.05587.
 */
export function aspp(x: SymbolicTensor, options: ASPPOptions): SymbolicTensor {
  const { name, filters, rates, separable, dropout, seed } = options;
  const { gain = torchDefaultGain } = options;
  const unit = (input: SymbolicTensor, key: string, first: number, kernelSize = 1, dilation = 1) =>
    convBatchNormReLU(input, {
      convolution: `${name}.${key}.${first}`,
      batchNormalization: `${name}.${key}.${first + 1}`,
      relu: `${name}.${key}.${first + 2}`,
      filters,
      kernelSize,
      dilation,
      gain,
      seed,
    });
  const separableUnit = (key: string, dilation: number) =>
    convBatchNormReLU(depthwise(x, { name: `${name}.${key}.0.0`, dilation, seed }), {
      convolution: `${name}.${key}.0.1`,
      batchNormalization: `${name}.${key}.1`,
      relu: `${name}.${key}.2`,
      filters,
      kernelSize: 1,
      gain,
      seed,
    });
  const branches = [
    unit(x, 'convs.0', 0),
    ...rates.map((rate, i) =>
      separable ? separableUnit(`convs.${i + 1}`, rate) : unit(x, `convs.${i + 1}`, 0, 3, rate),
    ),
  ];
  const pooling = `convs.${rates.length + 1}`;
  const mean = new GlobalAveragePool({ name: `${name}.${pooling}.0` }).apply(x) as SymbolicTensor;
  const spread = new Broadcast({ name: `${name}.${pooling}.broadcast` });
  branches.push(spread.apply([unit(mean, pooling, 1), x]) as SymbolicTensor);
  const joined = layers.concatenate({ name: `${name}.concat` }).apply(branches) as SymbolicTensor;
  const dropped = `${name}.project.3`;
  return new Dropout({ name: dropped, rate: dropout, seed: deriveSeed(seed, dropped) }).apply(
    unit(joined, 'project', 0),
  ) as SymbolicTensor;
}
