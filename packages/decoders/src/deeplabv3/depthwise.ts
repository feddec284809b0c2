import { Conv2D, deriveSeed, Kaiming } from '@sts-net/layers-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { torchDefaultGain } from '../parts/torch-default-gain.ts';

/** The 3×3 convolution of each channel by itself that begins a separable convolution. */
export function depthwise(
  x: SymbolicTensor,
  { name, dilation = 1, seed }: { name: string; dilation?: number; seed: number },
): SymbolicTensor {
  const channels = x.shape.at(-1)!;
  return new Conv2D({
    name,
    filters: channels,
    kernelSize: 3,
    groups: channels,
    dilations: dilation,
    padding: dilation,
    kernelInitializer: new Kaiming({
      distribution: 'uniform',
      gain: torchDefaultGain,
      seed: deriveSeed(seed, name),
    }),
  }).apply(x) as SymbolicTensor;
}
