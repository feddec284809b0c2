import { doubleConvolution, MaxPool2D, recurrentResidual } from '@sts-net/layers-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { EncoderSpec, EncoderStage } from './encoder-spec.ts';

/** Options of {@link plain}. */
export interface PlainOptions {
  /** Channels of each stage. @default [64, 128, 256, 512, 1024] */
  readonly filters?: readonly number[];
  /** `double`: two convolutions; `recurrent`: two recurrent ones with a residual, of R2U-Net. @default 'double' */
  readonly block?: 'double' | 'recurrent';
  /** Whether the convolutions of `double` blocks have biases. @default false */
  readonly useBias?: boolean;
}

/**
 * The contracting path of the plain U-Nets: a block of convolutions at the image's own resolution,
 * and one after each 2×2 maximum pooling. Feature maps have the strides 1, 2, 4, 8 and 16. Kernels
 * start from Kaiming's normal distribution over the fan in.
 *
 * Sources: Ronneberger et al., MICCAI 2015; Alom et al., arXiv 1802.06955.
 */
export function plain({
  filters = [64, 128, 256, 512, 1024],
  block = 'double',
  useBias = false,
}: PlainOptions = {}): EncoderSpec {
  return {
    stages: filters.map(
      (count, i): EncoderStage => ({
        stride: 2 ** i,
        build: (x, { name, seed, strides, dilation, firstDilation }) => {
          const key = name(`blocks.${i}`);
          const dilations = [firstDilation, dilation] as const;
          const pool = new MaxPool2D({ name: `${key}.pool`, poolSize: strides });
          const pooled = strides === 1 ? x : (pool.apply(x) as SymbolicTensor);
          const options = { name: key, filters: count, dilations, seed };
          return block === 'double'
            ? doubleConvolution(pooled, { ...options, useBias })
            : recurrentResidual(pooled, options);
        },
      }),
    ),
  };
}
