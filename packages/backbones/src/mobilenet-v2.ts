import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { convBatchNorm } from './conv-batch-norm.ts';
import type { EncoderSpec, EncoderStage, StageContext } from './encoder-spec.ts';

/** Inverted residual blocks that share their options: `[expansion, filters, count, strides]`. */
const settings = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

interface InvertedResidual {
  /** Position in torchvision's `features`. */
  readonly index: number;
  readonly expansion: number;
  readonly filters: number;
  readonly downsamples: boolean;
}

const blocks: readonly InvertedResidual[] = settings
  .flatMap(([expansion, filters, count, strides]) =>
    Array.from({ length: count }, (_, i) => ({
      expansion,
      filters,
      downsamples: i === 0 && strides === 2,
    })),
  )
  .map((block, i) => ({ ...block, index: i + 1 }));

/**
 * MobileNetV2: feature maps of 16, 24, 32, 96 and 1280 channels, taken after the blocks 1, 3, 6,
 * 13 and the last convolution. Layers are named as in torchvision.
 *
 * Source: Sandler et al., CVPR 2018.
 */
export function mobileNetV2(): EncoderSpec {
  const stage = (stride: number, first: number, last: number): EncoderStage => ({
    stride,
    build: (x, context) =>
      blocks.slice(first - 1, last).reduce((y, block) => invertedResidual(y, context, block), x),
  });
  const [finest, deepest] = [stage(2, 1, 1), stage(32, 14, 17)];
  return {
    stages: [
      { stride: 2, build: (x, context) => finest.build(stem(x, context), context) },
      stage(4, 2, 3),
      stage(8, 4, 6),
      stage(16, 7, 13),
      { stride: 32, build: (x, context) => top(deepest.build(x, context), context) },
    ],
  };
}

function stem(x: SymbolicTensor, { name, seed }: StageContext): SymbolicTensor {
  return convBatchNorm(x, {
    ...names(name, 'features.0'),
    filters: 32,
    kernelSize: 3,
    strides: 2,
    seed,
  });
}

function top(x: SymbolicTensor, { name, seed, dilation }: StageContext): SymbolicTensor {
  const filters = 1280;
  return convBatchNorm(x, {
    ...names(name, 'features.18'),
    filters,
    kernelSize: 1,
    dilation,
    seed,
  });
}

function invertedResidual(x: SymbolicTensor, context: StageContext, block: InvertedResidual) {
  const { name, seed } = context;
  const { index, expansion, filters, downsamples } = block;
  const channels = x.shape.at(-1)!;
  const width = channels * expansion;
  const prefix = `features.${index}.conv`;
  let y = x;
  let part = 0;
  if (expansion > 1) {
    const options = { filters: width, kernelSize: 1, seed };
    y = convBatchNorm(y, { ...names(name, `${prefix}.${part++}`), ...options });
  }
  y = convBatchNorm(y, {
    ...names(name, `${prefix}.${part++}`),
    filters: width,
    kernelSize: 3,
    groups: width,
    strides: downsamples ? context.strides : 1,
    dilation: downsamples ? context.firstDilation : context.dilation,
    seed,
  });
  y = convBatchNorm(y, {
    convolution: name(`${prefix}.${part}`),
    batchNormalization: name(`${prefix}.${part + 1}`),
    filters,
    kernelSize: 1,
    seed,
  });
  if (downsamples || channels !== filters) return y;
  return layers.add({ name: name(`features.${index}.add`) }).apply([y, x]) as SymbolicTensor;
}

/** Names of a convolution, its batch normalisation and its ReLU6 in one of torchvision's triples. */
function names(name: StageContext['name'], key: string) {
  return {
    convolution: name(`${key}.0`),
    batchNormalization: name(`${key}.1`),
    relu: name(`${key}.2`),
    maxValue: 6,
  };
}
