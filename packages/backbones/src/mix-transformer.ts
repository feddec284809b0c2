import {
  Conv2D,
  Dropout,
  deriveSeed,
  GELU,
  type GELUForm,
  Kaiming,
  LayerNormalization,
  Linear,
  MultiHeadAttention,
} from '@sts-net/layers-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { EncoderSpec, EncoderStage, StageContext } from './encoder-spec.ts';

type Four = readonly [number, number, number, number];

/** Options of {@link mixTransformer}. */
export interface MixTransformerOptions {
  /** Channels of each of the four stages. @default [64, 128, 320, 512] */
  readonly channels?: Four;
  /** Blocks of each stage. */
  readonly blocks: Four;
  /** Heads of attention in each stage. @default [1, 2, 5, 8] */
  readonly heads?: Four;
  /** How GELU is computed; weights are trained with one form. @default 'erf' */
  readonly gelu?: GELUForm;
  /**
   * Rate of stochastic depth of the last block; block `i` of `n`, from 0, has `i / (n − 1)` of it, in
   * training only. @default 0.1
   */
  readonly dropPath?: number;
  /**
   * Makes the attention of a block, from keys and values side by side and the queries to what these gather.
   * @default `MultiHeadAttention`
   */
  readonly attend?: Attend;
}

/** What attention of a block is made with. */
export interface AttendContext {
  /** The layer's full name. */
  readonly name: string;
  readonly heads: number;
  /** Of the stage, from 0. */
  readonly stage: number;
}

type Attend = (
  pairs: SymbolicTensor,
  queries: SymbolicTensor,
  context: AttendContext,
) => SymbolicTensor;

/** How many times coarser, along each side, the map is that the positions of each stage attend to. */
const reductions: Four = [8, 4, 2, 1];
/** Of the normalisations of blocks and at the ends of stages; the others have 1e-5. */
const epsilon = 1e-6;

/**
 * Mix vision transformer of SegFormer: overlapping patches become positions, which attend to a coarser
 * map of themselves, and are mixed with their neighbours by a depthwise convolution. It has no map of
 * stride 2. Where a stage is dilated its convolutions are, as in segmentation_models.pytorch, those that
 * make the map coarser too: attention is over all pairs of positions there. Layers are named as in the
 * authors' files and in segmentation_models.pytorch.
 *
 * Source: Xie et al., NeurIPS 2021.
 */
export function mixTransformer({
  channels = [64, 128, 320, 512],
  blocks,
  heads = [1, 2, 5, 8],
  gelu = 'erf',
  dropPath = 0.1,
  attend = attention,
}: MixTransformerOptions): EncoderSpec {
  const last = blocks.reduce((a, b) => a + b) - 1;
  const stages = channels.map((filters, i): EncoderStage => {
    const before = blocks.slice(0, i).reduce((a, b) => a + b, 0);
    const build: EncoderStage['build'] = (x, context) => {
      let y = embed(x, context, { key: `patch_embed${i + 1}`, filters, size: i === 0 ? 7 : 3 });
      for (let index = 0; index < blocks[i]!; index++) {
        y = block(y, context, {
          key: `block${i + 1}.${index}`,
          heads: heads[i]!,
          stage: i,
          attend,
          reduction: reductions[i]!,
          gelu,
          drop: last === 0 ? 0 : (dropPath * (before + index)) / last,
        });
      }
      return normalize(y, context, `norm${i + 1}`, epsilon);
    };
    return { stride: 4 * 2 ** i, build };
  });
  return { stages: [{ stride: 2 }, ...stages] };
}

interface Embedding {
  readonly key: string;
  readonly filters: number;
  readonly size: number;
}

/** Overlapping patches to positions. */
function embed(
  x: SymbolicTensor,
  context: StageContext,
  { key, filters, size }: Embedding,
): SymbolicTensor {
  const { strides, firstDilation } = context;
  const y = convolve(x, context, `${key}.proj`, {
    ...{ filters, kernelSize: size, strides, dilations: firstDilation },
    padding: Math.floor(size / 2) * firstDilation,
  });
  return normalize(y, context, `${key}.norm`);
}

interface Block {
  readonly key: string;
  readonly heads: number;
  readonly stage: number;
  readonly attend: Attend;
  readonly reduction: number;
  readonly gelu: GELUForm;
  /** Rate of stochastic depth. */
  readonly drop: number;
}

function block(x: SymbolicTensor, context: StageContext, options: Block): SymbolicTensor {
  const { key, drop, gelu } = options;
  const { name, seed } = context;
  const branch = (input: SymbolicTensor, part: 1 | 2, change: SymbolicTensor) => {
    const path = name(`${key}.drop_path${part}`);
    const dropout = {
      name: path,
      rate: drop,
      unit: 'image',
      seed: deriveSeed(seed, path),
    } as const;
    const kept = drop === 0 ? change : (new Dropout(dropout).apply(change) as SymbolicTensor);
    return layers.add({ name: name(`${key}.add${part}`) }).apply([input, kept]) as SymbolicTensor;
  };
  const first = gather(normalize(x, context, `${key}.norm1`, epsilon), context, options);
  const y = branch(x, 1, first);
  const second = mix(normalize(y, context, `${key}.norm2`, epsilon), context, key, gelu);
  return branch(y, 2, second);
}

/** Each position gathers from a coarser map of all. */
function gather(x: SymbolicTensor, context: StageContext, options: Block): SymbolicTensor {
  const { heads, stage, attend, reduction } = options;
  const { name, dilation } = context;
  const key = `${options.key}.attn`;
  const channels = x.shape.at(-1)!;
  let coarse = x;
  if (reduction > 1) {
    const dilated = dilation > 1;
    const y = convolve(x, context, `${key}.sr`, {
      ...{ filters: channels, kernelSize: reduction, strides: dilated ? 1 : reduction },
      ...(dilated && { dilations: dilation, padding: Math.floor(reduction / 2) * dilation }),
    });
    coarse = normalize(y, context, `${key}.norm`);
  }
  const queries = linear(x, context, `${key}.q`, channels);
  const pairs = linear(coarse, context, `${key}.kv`, 2 * channels);
  const gathered = attend(pairs, queries, { name: name(`${key}.attend`), heads, stage });
  return linear(gathered, context, `${key}.proj`, channels);
}

function attention(pairs: SymbolicTensor, queries: SymbolicTensor, context: AttendContext) {
  const { name, heads } = context;
  const layer = new MultiHeadAttention({ name, heads });
  return layer.apply([pairs, queries]) as SymbolicTensor;
}

/** A perceptron of each position whose hidden channels are mixed with those of the neighbours. */
function mix(
  x: SymbolicTensor,
  context: StageContext,
  block: string,
  form: GELUForm,
): SymbolicTensor {
  const key = `${block}.mlp`;
  const channels = x.shape.at(-1)!;
  const wide = linear(x, context, `${key}.fc1`, 4 * channels);
  const { dilation } = context;
  const mixed = convolve(wide, context, `${key}.dwconv.dwconv`, {
    ...{ filters: 4 * channels, kernelSize: 3, groups: 4 * channels },
    ...{ dilations: dilation, padding: dilation },
  });
  const bent = new GELU({ name: context.name(`${key}.act`), form }).apply(mixed) as SymbolicTensor;
  return linear(bent, context, `${key}.fc2`, channels);
}

type Convolution = Pick<
  ConstructorParameters<typeof Conv2D>[0],
  'filters' | 'strides' | 'dilations' | 'padding'
> & { readonly kernelSize: number; readonly groups?: number };

/** With bias, from a normal distribution over the fan out of a group. */
function convolve(
  x: SymbolicTensor,
  { name, seed }: StageContext,
  key: string,
  options: Convolution,
): SymbolicTensor {
  const gain = Math.sqrt(2 * (options.groups ?? 1));
  const kernel = { mode: 'fanOut', gain, seed: deriveSeed(seed, name(key)) } as const;
  const args = { name: name(key), useBias: true, kernelInitializer: new Kaiming(kernel) };
  return new Conv2D({ ...args, ...options }).apply(x) as SymbolicTensor;
}

/** From a normal distribution of deviation 0.02. */
function linear(
  x: SymbolicTensor,
  { name, seed }: StageContext,
  key: string,
  filters: number,
): SymbolicTensor {
  const gain = 0.02 * Math.sqrt(x.shape.at(-1)!);
  const kernelInitializer = new Kaiming({ gain, seed: deriveSeed(seed, name(key)) });
  return new Linear({ name: name(key), filters, kernelInitializer }).apply(x) as SymbolicTensor;
}

function normalize(
  x: SymbolicTensor,
  { name }: StageContext,
  key: string,
  epsilon = 1e-5,
): SymbolicTensor {
  return new LayerNormalization({ name: name(key), epsilon }).apply(x) as SymbolicTensor;
}
