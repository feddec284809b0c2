import {
  Conv2D,
  deriveSeed,
  GroupNormalization,
  Kaiming,
  ReLU,
  ResizeBilinear,
} from '@sts-net/layers-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';

/** Options of {@link segmentationBlock}. */
export interface SegmentationBlockOptions {
  /** Prefix of all layer names. */
  readonly name: string;
  readonly filters: number;
  /** Groups of the group normalisation. */
  readonly groups: number;
  /** How often the size is doubled, each time after a convolution; without, there is one all the same. */
  readonly doublings: number;
  /** The network's seed. */
  readonly seed: number;
}

/** 3×3 convolutions with group normalisation and ReLU, each followed by bilinear upsampling. */
export function segmentationBlock(
  x: SymbolicTensor,
  { name: prefix, filters, groups, doublings, seed }: SegmentationBlockOptions,
): SymbolicTensor {
  let y = x;
  for (let i = 0; i < Math.max(1, doublings); i++) {
    const name = `${prefix}.block.${i}.block`;
    y = new Conv2D({
      name: `${name}.0`,
      filters,
      kernelSize: 3,
      padding: 1,
      kernelInitializer: new Kaiming({
        distribution: 'uniform',
        seed: deriveSeed(seed, `${name}.0`),
      }),
    }).apply(y) as SymbolicTensor;
    y = new GroupNormalization({ name: `${name}.1`, groups }).apply(y) as SymbolicTensor;
    y = new ReLU({ name: `${name}.2` }).apply(y) as SymbolicTensor;
    if (doublings > 0) {
      const up = new ResizeBilinear({ name: `${name}.up`, scale: 2, alignCorners: true });
      y = up.apply(y) as SymbolicTensor;
    }
  }
  return y;
}
