import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { convBatchNorm } from './conv-batch-norm.ts';

/** Options of {@link doubleConvolution}. */
export interface DoubleConvolutionOptions {
  /** Prefix of all layer names. */
  readonly name: string;
  readonly filters: number;
  /** Whether the convolutions have biases, which start at zero. @default false */
  readonly useBias?: boolean;
  /** Of both convolutions. @default [1, 1] */
  readonly dilations?: readonly [number, number];
  /** The network's seed. */
  readonly seed: number;
}

/**
 * What the plain U-Nets are made of: twice a 3×3 convolution that keeps the size, batch
 * normalisation and ReLU; layers `conv1`, `bn1`, `relu1`, `conv2`, ….
 *
 * Source: Ronneberger et al., MICCAI 2015, with padding and batch normalisation.
 */
export function doubleConvolution(
  x: SymbolicTensor,
  { name, filters, useBias = false, dilations = [1, 1], seed }: DoubleConvolutionOptions,
): SymbolicTensor {
  return dilations.reduce(
    (y, dilation, i) =>
      convBatchNorm(y, {
        convolution: `${name}.conv${i + 1}`,
        batchNormalization: `${name}.bn${i + 1}`,
        relu: `${name}.relu${i + 1}`,
        filters,
        kernelSize: 3,
        dilation,
        useBias,
        seed,
      }),
    x,
  );
}
