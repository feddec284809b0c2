import {
  BatchNormalization,
  Conv2D,
  Dropout,
  deriveSeed,
  GlobalAveragePool,
  Kaiming,
  Swish,
  UnusedParameters,
} from '@sts-net/layers-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { EncoderSpec, EncoderStage, StageContext } from './encoder-spec.ts';

/** Options of {@link efficientNet}. Weights hold for one `epsilon` and `padding` only. */
export interface EfficientNetOptions {
  /** Factor of all widths; they become multiples of 8. @default 1 */
  readonly width?: number;
  /** Factor of the blocks in each row of the table, rounded up. @default 1 */
  readonly depth?: number;
  /** Blocks before the stages of stride 8, 16 and 32, counted from the first. */
  readonly stageBegins: readonly [number, number, number];
  /**
   * How strided convolutions are padded: `symmetric`, or by the side in pixels of the square images
   * that the network was designed for, as TensorFlow's `same` does for that size. @default 224
   */
  readonly padding?: 'symmetric' | number;
  /** Of all batch normalisations. @default 1e-3 */
  readonly epsilon?: number;
  /** Of all batch normalisations, share of the new statistics. @default 0.01 */
  readonly momentum?: number;
  /**
   * Rate of stochastic depth of the last block but none: block `i` of `n` has `i / n` of it, in
   * training only. @default 0.2
   */
  readonly dropConnect?: number;
}

/** Rows of EfficientNet-B0: `[kernelSize, strides, expansion, filters, count]`. */
const table = [
  [3, 1, 1, 16, 1],
  [3, 2, 6, 24, 2],
  [5, 2, 6, 40, 2],
  [3, 2, 6, 80, 3],
  [5, 1, 6, 112, 3],
  [5, 2, 6, 192, 4],
  [3, 1, 6, 320, 1],
] as const;

interface Block {
  readonly index: number;
  readonly kernelSize: number;
  /** Stride of its input, where nothing is dilated. */
  readonly stride: number;
  readonly downsamples: boolean;
  readonly expansion: number;
  readonly filters: number;
  /** Rate of stochastic depth. */
  readonly drop: number;
}

/** What all layers share. */
interface Numbers {
  readonly padding: 'symmetric' | number;
  readonly epsilon: number;
  readonly momentum: number;
}

/**
 * EfficientNet: feature maps after the stem and after the blocks before each of `stageBegins` and
 * the last one. Layers are named as in segmentation_models.pytorch, whose unused last convolution
 * and its normalisation are there too, frozen.
 *
 * Source: Tan & Le, ICML 2019.
 */
export function efficientNet({
  width = 1,
  depth = 1,
  stageBegins,
  padding = 224,
  epsilon = 1e-3,
  momentum = 0.01,
  dropConnect = 0.2,
}: EfficientNetOptions): EncoderSpec {
  const numbers: Numbers = { padding, epsilon, momentum };
  const blocks = blocksOf(width, depth, dropConnect);
  const bounds = [0, ...stageBegins, blocks.length];
  const stages = bounds.slice(1).map(
    (end, i): EncoderStage => ({
      stride: 4 * 2 ** i,
      build: (x, context) =>
        blocks
          .slice(bounds[i], end)
          .reduce((y, block) => invertedResidual(y, context, block, numbers), x),
    }),
  );
  const deepest = stages.pop()!;
  return {
    epsilon,
    stages: [
      { stride: 2, build: (x, context) => stem(x, context, rounded(32, width), numbers) },
      ...stages,
      {
        stride: deepest.stride,
        build: (x, context) => unusedTop(deepest.build(x, context), context, rounded(1280, width)),
      },
    ],
  };
}

function blocksOf(width: number, depth: number, dropConnect: number): readonly Block[] {
  let stride = 2;
  const blocks = table.flatMap(([kernelSize, strides, expansion, filters, count]) =>
    Array.from({ length: Math.ceil(count * depth) }, (_, i) => {
      const downsamples = i === 0 && strides === 2;
      const block = {
        kernelSize,
        stride,
        downsamples,
        expansion,
        filters: rounded(filters, width),
      };
      if (downsamples) stride *= 2;
      return block;
    }),
  );
  return blocks.map((block, index) => ({
    ...block,
    index,
    drop: (dropConnect * index) / blocks.length,
  }));
}

/** A width times a factor, as a multiple of 8 that loses at most a tenth. */
function rounded(filters: number, factor: number): number {
  const scaled = filters * factor;
  const nearest = Math.max(8, Math.floor((scaled + 4) / 8) * 8);
  return nearest < 0.9 * scaled ? nearest + 8 : nearest;
}

function stem(x: SymbolicTensor, { name, seed }: StageContext, filters: number, numbers: Numbers) {
  return unit(x, numbers, {
    convolution: name('_conv_stem'),
    batchNormalization: name('_bn0'),
    swish: name('_swish0'),
    filters,
    kernelSize: 3,
    strides: 2,
    padding: strided(3, 1, numbers.padding),
    seed,
  });
}

function unusedTop(x: SymbolicTensor, { name }: StageContext, filters: number): SymbolicTensor {
  const kernel = [1, 1, x.shape.at(-1)!, filters];
  const vector = [filters];
  const shapes = { gamma: vector, beta: vector, movingMean: vector, movingVariance: vector };
  const convolved = new UnusedParameters({ name: name('_conv_head'), shapes: { kernel } }).apply(x);
  return new UnusedParameters({ name: name('_bn1'), shapes }).apply(convolved) as SymbolicTensor;
}

function invertedResidual(
  x: SymbolicTensor,
  { name: full, seed, strides, dilation, firstDilation }: StageContext,
  block: Block,
  numbers: Numbers,
): SymbolicTensor {
  const { kernelSize, downsamples, filters } = block;
  const name = (key: string) => full(`_blocks.${block.index}.${key}`);
  const channels = x.shape.at(-1)!;
  const wide = channels * block.expansion;
  const normalization = (index: number, swish: boolean) => ({
    batchNormalization: name(`_bn${index}`),
    ...(swish && { swish: name(`_swish${index}`) }),
    seed,
  });
  let y = x;
  if (block.expansion > 1) {
    const convolution = name('_expand_conv');
    y = unit(y, numbers, { ...normalization(0, true), convolution, filters: wide, kernelSize: 1 });
  }
  const dilations = downsamples ? firstDilation : dilation;
  const step = downsamples ? strides : 1;
  const margin = Math.floor(kernelSize / 2) * dilations;
  y = unit(y, numbers, {
    ...normalization(1, true),
    convolution: name('_depthwise_conv'),
    filters: wide,
    kernelSize,
    strides: step,
    dilations,
    groups: wide,
    padding: step === 1 ? margin : strided(kernelSize, block.stride, numbers.padding),
  });
  y = squeezeAndExcite(y, name, Math.max(1, Math.floor(channels / 4)), seed);
  const convolution = name('_project_conv');
  y = unit(y, numbers, { ...normalization(2, false), convolution, filters, kernelSize: 1 });
  if (downsamples || channels !== filters) return y;
  const drop = name('_drop_connect');
  y = new Dropout({
    name: drop,
    rate: block.drop,
    unit: 'image',
    seed: deriveSeed(seed, drop),
  }).apply(y) as SymbolicTensor;
  return layers.add({ name: name('_add') }).apply([y, x]) as SymbolicTensor;
}

function squeezeAndExcite(
  x: SymbolicTensor,
  name: StageContext['name'],
  squeezed: number,
  seed: number,
): SymbolicTensor {
  const convolution = (key: string, filters: number) =>
    new Conv2D({
      name: name(key),
      filters,
      kernelSize: 1,
      useBias: true,
      kernelInitializer: torchDefault(seed, name(key)),
    });
  const mean = new GlobalAveragePool({ name: name('_se_pool') }).apply(x);
  const few = convolution('_se_reduce', squeezed).apply(mean);
  const active = new Swish({ name: name('_se_swish') }).apply(few);
  const many = convolution('_se_expand', x.shape.at(-1)!).apply(active);
  const gate = layers.activation({ name: name('_se_sigmoid'), activation: 'sigmoid' }).apply(many);
  const scale = layers.multiply({ name: name('_se_scale') });
  return scale.apply([x, gate as SymbolicTensor]) as SymbolicTensor;
}

interface Unit {
  readonly convolution: string;
  readonly batchNormalization: string;
  /** The activation at the end; none without a name. */
  readonly swish?: string;
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides?: number;
  readonly dilations?: number;
  readonly groups?: number;
  readonly padding?: number | readonly [number, number, number, number];
  readonly seed: number;
}

/** Convolution without bias, batch normalisation and, if named, swish. */
function unit(
  x: SymbolicTensor,
  { epsilon, momentum }: Numbers,
  { convolution: name, batchNormalization, swish, seed, ...options }: Unit,
): SymbolicTensor {
  const kernelInitializer = torchDefault(seed, name);
  const convolved = new Conv2D({ ...options, name, kernelInitializer }).apply(x);
  const normalization = new BatchNormalization({ name: batchNormalization, epsilon, momentum });
  const y = normalization.apply(convolved);
  return (swish === undefined ? y : new Swish({ name: swish }).apply(y)) as SymbolicTensor;
}

function torchDefault(seed: number, name: string): Kaiming {
  const gain = 1 / Math.sqrt(3);
  return new Kaiming({ distribution: 'uniform', gain, seed: deriveSeed(seed, name) });
}

/** Padding of a convolution of stride 2 whose input has the given stride. */
function strided(
  kernelSize: number,
  stride: number,
  padding: 'symmetric' | number,
): number | readonly [number, number, number, number] {
  if (padding === 'symmetric') return Math.floor(kernelSize / 2);
  const size = Math.ceil(padding / stride);
  const total = Math.max(0, (Math.ceil(size / 2) - 1) * 2 + kernelSize - size);
  const before = Math.floor(total / 2);
  return [before, total - before, before, total - before];
}
