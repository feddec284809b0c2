import { UpsampleNearest } from '@sts-net/layers-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { convBatchNormReLU } from '../parts/conv-batch-norm-relu.ts';

/** Options of {@link unetBlock}. */
export interface UNetBlockOptions {
  /** Prefix of all layer names. */
  readonly name: string;
  readonly filters: number;
  /** How much finer the result is than the input. */
  readonly scale: number;
  /** Maps of the result's size that are joined to the upsampled input, if any. */
  readonly skips: readonly SymbolicTensor[];
  /** The network's seed. */
  readonly seed: number;
}

/** Nearest-neighbour upsampling, concatenation with finer maps, two 3×3 convolutions. */
export function unetBlock(x: SymbolicTensor, options: UNetBlockOptions): SymbolicTensor {
  const { name, filters, scale, skips, seed } = options;
  let y = x;
  if (scale !== 1) {
    y = new UpsampleNearest({ name: `${name}.upsample`, scale }).apply(y) as SymbolicTensor;
  }
  if (skips.length > 0) {
    const join = layers.concatenate({ name: `${name}.concat` });
    y = join.apply([y, ...skips]) as SymbolicTensor;
  }
  for (const part of ['conv1', 'conv2']) {
    y = convBatchNormReLU(y, {
      convolution: `${name}.${part}.0`,
      batchNormalization: `${name}.${part}.1`,
      relu: `${name}.${part}.2`,
      filters,
      kernelSize: 3,
      gain: Math.SQRT2,
      seed,
    });
  }
  return y;
}
