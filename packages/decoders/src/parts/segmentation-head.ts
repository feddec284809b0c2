import { Conv2D, deriveSeed, Kaiming, ResizeBilinear } from '@sts-net/layers-core';
import { initializers, type SymbolicTensor } from '@tensorflow/tfjs-layers';

/** Options of {@link segmentationHead}. */
export interface SegmentationHeadOptions {
  readonly classes: number;
  readonly kernelSize: number;
  /** Pixels of the image per pixel of `x`: the logits are resized bilinearly, corners aligned. @default 1 */
  readonly scale?: number;
  /** Initial weights: PyTorch's default, uniform in ±1/√fanIn, or Xavier-uniform with zero bias. */
  readonly start: 'torch' | 'xavier';
  /** The network's seed. */
  readonly seed: number;
}

/** The last convolution, with bias, and the way to the image's size. */
export function segmentationHead(
  x: SymbolicTensor,
  { classes, kernelSize, scale = 1, start, seed }: SegmentationHeadOptions,
): SymbolicTensor {
  const name = 'segmentation_head.0';
  const kernelSeed = deriveSeed(seed, name);
  const bound = 1 / Math.sqrt(x.shape.at(-1)! * kernelSize ** 2);
  const logits = new Conv2D({
    name,
    filters: classes,
    kernelSize,
    padding: Math.floor(kernelSize / 2),
    useBias: true,
    kernelInitializer:
      start === 'torch'
        ? new Kaiming({ distribution: 'uniform', gain: 1 / Math.sqrt(3), seed: kernelSeed })
        : initializers.glorotUniform({ seed: kernelSeed }),
    ...(start === 'torch' && {
      biasInitializer: initializers.randomUniform({
        minval: -bound,
        maxval: bound,
        seed: deriveSeed(seed, `${name}.bias`),
      }),
    }),
  }).apply(x) as SymbolicTensor;
  if (scale === 1) return logits;
  const resize = new ResizeBilinear({ name: 'segmentation_head.1', scale, alignCorners: true });
  return resize.apply(logits) as SymbolicTensor;
}
