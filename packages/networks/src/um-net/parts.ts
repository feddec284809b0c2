import { convBatchNorm, ResizeToMatch } from '@sts-net/layers-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';

/** Options of {@link unit}. */
export interface UnitOptions {
  readonly filters: number;
  /** @default 3 */
  readonly kernelSize?: number;
  /** @default 1 */
  readonly dilation?: number;
  /** What the convolution is called under the key; the normalisation has the next number. @default 0 */
  readonly index?: number;
  /** The network's seed. */
  readonly seed: number;
}

/** A convolution with bias, normalisation and ReLU. */
export function unit(x: SymbolicTensor, key: string, options: UnitOptions): SymbolicTensor {
  const { index = 0, kernelSize = 3, ...rest } = options;
  return convBatchNorm(x, {
    ...{ convolution: `${key}.${index}`, batchNormalization: `${key}.${index + 1}` },
    ...{ relu: `${key}.${index + 2}`, kernelSize, useBias: true },
    kernel: { distribution: 'uniform', gain: 1 / Math.sqrt(3) },
    ...rest,
  });
}

/** Corner pixels keep their values. */
export function resize(x: SymbolicTensor, like: SymbolicTensor, name: string): SymbolicTensor {
  return new ResizeToMatch({ name }).apply([x, like]) as SymbolicTensor;
}
