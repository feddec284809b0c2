import {
  BatchNormalization,
  ChannelSlice,
  Conv2D,
  deriveSeed,
  Kaiming,
  MaxPool2D,
  ReLU,
} from '@sts-net/layers-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { EncoderSpec, EncoderStage, StageContext } from './encoder-spec.ts';

/** A stage of a dual path network. */
export interface DualPathStage {
  /** Channels of the residual path. */
  readonly residual: number;
  /** Channels that each block adds to the dense path. */
  readonly increment: number;
  /** Channels inside a block. */
  readonly width: number;
  readonly blocks: number;
}

/** Options of {@link dualPathNetwork}. */
export interface DualPathNetworkOptions {
  /** Channels of the stem. */
  readonly stem: number;
  /** Groups of each 3×3 convolution. */
  readonly groups: number;
  /** The stages of stride 4, 8, 16 and 32. */
  readonly stages: readonly DualPathStage[];
}

const epsilon = 1e-3;

/**
 * Dual path network with normalisation and ReLU before each convolution: a residual path and a dense
 * one side by side. Where a stage ends in both, decoders get their ReLU, while attention and the
 * next stage take them as they are. Layers are named as in timm and segmentation_models.pytorch.
 *
 * Source: Chen et al., NeurIPS 2017.
 */
export function dualPathNetwork(options: DualPathNetworkOptions): EncoderSpec {
  const { groups } = options;
  const last = options.stages.length - 1;
  const stages = options.stages.map((stage, i): EncoderStage => {
    const key = `features.conv${i + 2}`;
    const build: EncoderStage['build'] = (x, context) => {
      const { name } = context;
      const pool = { name: name('features.conv1_1.pool'), poolSize: 3, strides: 2, padding: 1 };
      let y = i === 0 ? (new MaxPool2D(pool).apply(x) as SymbolicTensor) : x;
      for (let index = 0; index < stage.blocks; index++) {
        y = block(y, context, { ...stage, key: `${key}_${index + 1}`, groups, index, stage: i });
      }
      return i < last ? y : normalize(y, name, `features.conv${last + 2}_bn_ac`);
    };
    const tap: NonNullable<EncoderStage['tap']> = (x, { name }) =>
      new ReLU({ name: name(`${key}.relu`) }).apply(x) as SymbolicTensor;
    return { stride: 4 * 2 ** i, build, ...(i < last && { tap }) };
  });
  return { stages: [{ stride: 2, build: (x, context) => stem(x, context, options) }, ...stages] };
}

function stem(x: SymbolicTensor, { name, seed }: StageContext, options: DualPathNetworkOptions) {
  const convolution = name('features.conv1_1.conv');
  const convolved = new Conv2D({
    name: convolution,
    filters: options.stem,
    kernelSize: 3,
    strides: 2,
    padding: 1,
    kernelInitializer: torchDefault(seed, convolution),
  }).apply(x) as SymbolicTensor;
  return normalize(convolved, name, 'features.conv1_1');
}

interface Block extends DualPathStage {
  readonly key: string;
  readonly groups: number;
  /** Position within the stage. */
  readonly index: number;
  /** Position of the stage. */
  readonly stage: number;
}

function block(x: SymbolicTensor, context: StageContext, options: Block): SymbolicTensor {
  const { key, residual, increment, width, groups, index, stage } = options;
  const { name, dilation, firstDilation } = context;
  const first = index === 0;
  const strides = first && stage > 0 ? context.strides : 1;
  const unit = (input: SymbolicTensor, part: string, rest: Omit<Unit, 'key'>) =>
    normReLUConv(input, context, { key: `${key}.${part}`, ...rest });
  let shortcut = x;
  if (first) {
    // The key tells the stride that the convolution has where nothing is dilated.
    const filters = residual + 2 * increment;
    shortcut = unit(x, `c1x1_w_s${stage === 0 ? 1 : 2}`, { filters, kernelSize: 1, strides });
  }
  let y = unit(x, 'c1x1_a', { filters: width, kernelSize: 1 });
  y = unit(y, 'c3x3_b', {
    filters: width,
    kernelSize: 3,
    strides,
    dilation: first ? firstDilation : dilation,
    groups,
  });
  y = unit(y, 'c1x1_c', { filters: residual + increment, kernelSize: 1 });
  const [kept, dense] = split(shortcut, residual, name(`${key}.shortcut`));
  const [change, added] = split(y, residual, name(`${key}.branch`));
  const sum = layers.add({ name: name(`${key}.add`) }).apply([kept, change]) as SymbolicTensor;
  const join = layers.concatenate({ name: name(`${key}.concat`) });
  return join.apply([sum, dense, added]) as SymbolicTensor;
}

/** The residual and the dense part. */
function split(x: SymbolicTensor, residual: number, name: string) {
  const slice = (part: string, begin: number, size?: number) => {
    const args = { name: `${name}.${part}`, begin, ...(size !== undefined && { size }) };
    return new ChannelSlice(args).apply(x) as SymbolicTensor;
  };
  return [slice('residual', 0, residual), slice('dense', residual)] as const;
}

interface Unit {
  readonly key: string;
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides?: number;
  readonly dilation?: number;
  readonly groups?: number;
}

/** Batch normalisation, ReLU and a convolution without bias. */
function normReLUConv(
  x: SymbolicTensor,
  { name, seed }: StageContext,
  { key, filters, kernelSize, strides = 1, dilation = 1, groups = 1 }: Unit,
): SymbolicTensor {
  const convolution = name(`${key}.conv`);
  return new Conv2D({
    name: convolution,
    filters,
    kernelSize,
    strides,
    dilations: dilation,
    padding: Math.floor(kernelSize / 2) * dilation,
    groups,
    kernelInitializer: torchDefault(seed, convolution),
  }).apply(normalize(x, name, key)) as SymbolicTensor;
}

function normalize(x: SymbolicTensor, name: StageContext['name'], key: string): SymbolicTensor {
  const y = new BatchNormalization({ name: name(`${key}.bn`), epsilon }).apply(x);
  return new ReLU({ name: name(`${key}.act`) }).apply(y) as SymbolicTensor;
}

function torchDefault(seed: number, name: string): Kaiming {
  const gain = 1 / Math.sqrt(3);
  return new Kaiming({ distribution: 'uniform', gain, seed: deriveSeed(seed, name) });
}
