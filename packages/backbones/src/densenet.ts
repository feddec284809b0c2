import {
  AveragePool2D,
  BatchNormalization,
  Conv2D,
  deriveSeed,
  Kaiming,
  MaxPool2D,
  ReLU,
} from '@sts-net/layers-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { EncoderSpec, EncoderStage, StageContext } from './encoder-spec.ts';

/** Options of {@link denseNet}. */
export interface DenseNetOptions {
  /** Channels that each layer adds. @default 32 */
  readonly growth?: number;
  /** Channels of the stem. @default 64 */
  readonly stem?: number;
  /** Layers of each of the four dense blocks. */
  readonly layers: readonly [number, number, number, number];
  /** Whether a transition without pooling follows the last block, as in DenseASPP. @default false */
  readonly lastTransition?: boolean;
}

/**
 * DenseNet: each layer of a block gets the maps of all before it. The feature maps of strides 4, 8 and 16
 * are those after the normalisation and ReLU of the transition that follows a block, the deepest is the
 * last block's, normalised. Where a stage is dilated, the transition before it does not pool. Layers are
 * named as in torchvision and segmentation_models.pytorch.
 *
 * Source: Huang et al., CVPR 2017.
 */
export function denseNet({
  growth = 32,
  stem = 64,
  layers: counts,
  lastTransition = false,
}: DenseNetOptions): EncoderSpec {
  const last = counts.length - 1;
  const stages = counts.map((count, i): EncoderStage => {
    const build: EncoderStage['build'] = (x, context) => {
      let y = i === 0 ? pool(x, context) : transition(x, context, `features.transition${i}`);
      for (let layer = 1; layer <= count; layer++) {
        const dilation = layer === 1 ? context.firstDilation : context.dilation;
        y = denseLayer(
          y,
          context,
          `features.denseblock${i + 1}.denselayer${layer}`,
          growth,
          dilation,
        );
      }
      const key = `features.transition${i + 1}`;
      const ready = () => activate(normalize(y, context, `${key}.norm`), context, `${key}.relu`);
      if (i < last) return ready();
      const end = lastTransition ? compress(ready(), context, `${key}.conv`) : y;
      return normalize(end, context, 'features.norm5');
    };
    return { stride: 4 * 2 ** i, build };
  });
  const first: EncoderStage['build'] = (x, context) => {
    const y = convolve(x, context, 'features.conv0', { filters: stem, size: 7, strides: 2 });
    return activate(normalize(y, context, 'features.norm0'), context, 'features.relu0');
  };
  return { stages: [{ stride: 2, build: first }, ...stages] };
}

function pool(x: SymbolicTensor, { name }: StageContext): SymbolicTensor {
  const args = { name: name('features.pool0'), poolSize: 3, strides: 2, padding: 1 };
  return new MaxPool2D(args).apply(x) as SymbolicTensor;
}

/** Halves the channels of what is normalised already, and the resolution where nothing is dilated. */
function transition(x: SymbolicTensor, context: StageContext, key: string): SymbolicTensor {
  const y = compress(x, context, `${key}.conv`);
  if (context.strides === 1) return y;
  const args = { name: context.name(`${key}.pool`), poolSize: 2 };
  return new AveragePool2D(args).apply(y) as SymbolicTensor;
}

function compress(x: SymbolicTensor, context: StageContext, key: string): SymbolicTensor {
  return convolve(x, context, key, { filters: Math.floor(x.shape.at(-1)! / 2), size: 1 });
}

function denseLayer(
  x: SymbolicTensor,
  context: StageContext,
  key: string,
  growth: number,
  dilation: number,
): SymbolicTensor {
  const ready = (input: SymbolicTensor, part: 1 | 2) =>
    activate(normalize(input, context, `${key}.norm${part}`), context, `${key}.relu${part}`);
  const narrow = { filters: 4 * growth, size: 1 };
  const y = convolve(ready(x, 1), context, `${key}.conv1`, narrow);
  const fresh = { filters: growth, size: 3, dilation };
  const added = convolve(ready(y, 2), context, `${key}.conv2`, fresh);
  const join = layers.concatenate({ name: context.name(`${key}.concat`) });
  return join.apply([x, added]) as SymbolicTensor;
}

interface Convolution {
  readonly filters: number;
  readonly size: number;
  readonly strides?: number;
  readonly dilation?: number;
}

function convolve(
  x: SymbolicTensor,
  { name, seed }: StageContext,
  key: string,
  { filters, size, strides = 1, dilation = 1 }: Convolution,
): SymbolicTensor {
  return new Conv2D({
    name: name(key),
    filters,
    kernelSize: size,
    strides,
    dilations: dilation,
    padding: Math.floor(size / 2) * dilation,
    kernelInitializer: new Kaiming({ seed: deriveSeed(seed, name(key)) }),
  }).apply(x) as SymbolicTensor;
}

function normalize(x: SymbolicTensor, { name }: StageContext, key: string): SymbolicTensor {
  return new BatchNormalization({ name: name(key) }).apply(x) as SymbolicTensor;
}

function activate(x: SymbolicTensor, { name }: StageContext, key: string): SymbolicTensor {
  return new ReLU({ name: name(key) }).apply(x) as SymbolicTensor;
}
