import { AveragePool2D, ChannelSlice, MaxPool2D, ReLU } from '@sts-net/layers-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { type ConvBatchNormOptions, convBatchNorm } from './conv-batch-norm.ts';
import type { EncoderSpec, EncoderStage, StageContext } from './encoder-spec.ts';

/** Options of {@link res2Net}. */
export interface Res2NetOptions {
  /** Blocks in each of the four stages. */
  readonly blocks: readonly [number, number, number, number];
  /** Channels of a split where a block's base width is 64. @default 26 */
  readonly width?: number;
  /** Splits of a block. @default 4 */
  readonly scale?: number;
}

/**
 * Res2Net, version 1b: a ResNet whose 3×3 convolutions work on parts of the channels one after the other, each
 * on the sum of its part and what came of the part before; with a stem of three convolutions, and shortcuts
 * that average before they project. Feature maps of 64, 256, 512, 1024 and 2048 channels. Layers are named as
 * in the authors' files and in timm's `res2net50d`.
 *
 * Source: Gao et al., IEEE TPAMI 2021.
 */
export function res2Net({ blocks, width = 26, scale = 4 }: Res2NetOptions): EncoderSpec {
  const stages = blocks.map((count, i): EncoderStage => {
    const planes = 64 * 2 ** i;
    const build: EncoderStage['build'] = (x, context) => {
      const { name, strides, dilation, firstDilation } = context;
      const pool = { name: name('maxpool'), poolSize: 3, strides: 2, padding: 1 };
      let y = i === 0 ? (new MaxPool2D(pool).apply(x) as SymbolicTensor) : x;
      for (let index = 0; index < count; index++) {
        const first = index === 0;
        y = block(y, context, {
          key: `layer${i + 1}.${index}`,
          width: Math.floor((planes * width) / 64),
          filters: 4 * planes,
          scale,
          first,
          strides: first && i > 0 ? strides : 1,
          dilation: first ? firstDilation : dilation,
          pooled: i > 0,
        });
      }
      return y;
    };
    return { stride: 4 * 2 ** i, build };
  });
  return { stages: [{ stride: 2, build: stem }, ...stages] };
}

function stem(x: SymbolicTensor, context: StageContext): SymbolicTensor {
  const unit = unitOf(context);
  const y = unit(x, 'conv1.0', 'conv1.1', 'conv1.2', { filters: 32, kernelSize: 3, strides: 2 });
  const z = unit(y, 'conv1.3', 'conv1.4', 'conv1.5', { filters: 32, kernelSize: 3 });
  return unit(z, 'conv1.6', 'bn1', 'relu', { filters: 64, kernelSize: 3 });
}

interface Block {
  readonly key: string;
  /** Channels of a split. */
  readonly width: number;
  readonly filters: number;
  readonly scale: number;
  /** Whether it is the first of its stage, whose splits do not add up and whose shortcut projects. */
  readonly first: boolean;
  readonly strides: number;
  readonly dilation: number;
  /** Whether the projection averages before. */
  readonly pooled: boolean;
}

function block(x: SymbolicTensor, context: StageContext, options: Block): SymbolicTensor {
  const { key, width, filters, scale, first, strides, dilation } = options;
  const { name } = context;
  const unit = unitOf(context);
  const wide = { filters: width * scale, kernelSize: 1 };
  const y = unit(x, `${key}.conv1`, `${key}.bn1`, `${key}.relu1`, wide);
  const parts = Array.from({ length: scale }, (_, i) => {
    const args = { name: name(`${key}.split.${i}`), begin: i * width, size: width };
    return new ChannelSlice(args).apply(y) as SymbolicTensor;
  });
  const done: SymbolicTensor[] = [];
  for (const [i, part] of parts.slice(0, -1).entries()) {
    const before = first ? undefined : done[i - 1];
    const sum = layers.add({ name: name(`${key}.add.${i}`) });
    const input = before === undefined ? part : (sum.apply([before, part]) as SymbolicTensor);
    const own = { filters: width, kernelSize: 3, strides, dilation };
    done.push(unit(input, `${key}.convs.${i}`, `${key}.bns.${i}`, `${key}.relus.${i}`, own));
  }
  // Zeros around the map count here, as they did when the published weights were trained.
  const pool = { name: name(`${key}.pool`), poolSize: 3, strides, padding: 1 };
  const last = parts.at(-1)!;
  done.push(first ? (new AveragePool2D(pool).apply(last) as SymbolicTensor) : last);
  const joined = layers.concatenate({ name: name(`${key}.concat`) }).apply(done) as SymbolicTensor;
  const out = unit(joined, `${key}.conv3`, `${key}.bn3`, undefined, { filters, kernelSize: 1 });
  const shortcut = first ? projection(x, context, options) : x;
  const sum = layers.add({ name: name(`${key}.add`) }).apply([out, shortcut]);
  return new ReLU({ name: name(`${key}.relu`) }).apply(sum) as SymbolicTensor;
}

/** Averages of 2×2 pixels, those that are there alone, and a 1×1 convolution. */
function projection(
  x: SymbolicTensor,
  context: StageContext,
  { key, filters, strides, pooled }: Block,
): SymbolicTensor {
  const name = context.name(`${key}.downsample.0`);
  // A stage that is dilated keeps its size: zeros beyond the end count, as in timm.
  const args =
    strides > 1
      ? { name, poolSize: 2, ceilMode: true, countIncludePad: false }
      : { name, poolSize: 2, strides: 1, padding: [0, 1] as const };
  const y = pooled ? (new AveragePool2D(args).apply(x) as SymbolicTensor) : x;
  const options = { filters, kernelSize: 1 };
  return unitOf(context)(y, `${key}.downsample.1`, `${key}.downsample.2`, undefined, options);
}

/** A convolution with its normalisation and, if named, ReLU. */
function unitOf({ name, seed }: StageContext) {
  return (
    x: SymbolicTensor,
    convolution: string,
    batchNormalization: string,
    relu: string | undefined,
    options: Pick<ConvBatchNormOptions, 'filters' | 'kernelSize' | 'strides' | 'dilation'>,
  ): SymbolicTensor =>
    convBatchNorm(x, {
      convolution: name(convolution),
      batchNormalization: name(batchNormalization),
      ...(relu !== undefined && { relu: name(relu) }),
      ...options,
      seed,
    });
}
