import { Conv2D, deriveSeed, Kaiming, ResizeBilinear } from '@sts-net/layers-core';
import { initializers, type SymbolicTensor } from '@tensorflow/tfjs-layers';

/** Options of {@link segmentationHead}. */
export interface SegmentationHeadOptions {
  readonly classes: number;
  readonly kernelSize: number;
  /** Pixels of the image per pixel of `x`: the logits are resized bilinearly. @default 1 */
  readonly scale?: number;
  /** Whether corner pixels keep their values in that; else pixels are areas. @default true */
  readonly alignCorners?: boolean;
  /** Initial weights: PyTorch's default, uniform in ±1/√fanIn, or Xavier-uniform with zero bias. */
  readonly start: 'torch' | 'xavier';
  /** The network's seed. */
  readonly seed: number;
  /** Name of the convolution's layer, ending in a number; the resizing has the next. @default 'segmentation_head.0' */
  readonly name?: string;
}

/** The last convolution, with bias, and the way to the image's size. */
export function segmentationHead(
  x: SymbolicTensor,
  options: SegmentationHeadOptions,
): SymbolicTensor {
  const { classes, kernelSize, scale = 1, alignCorners = true, start, seed } = options;
  const { name = 'segmentation_head.0' } = options;
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
  const next = name.replace(/\d+$/, (number) => `${Number(number) + 1}`);
  const corners = alignCorners ? { alignCorners } : { halfPixelCenters: true };
  const resize = new ResizeBilinear({ name: next, scale, ...corners });
  return resize.apply(logits) as SymbolicTensor;
}
