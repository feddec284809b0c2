import {
  type AttendContext,
  createEncoder,
  type MixTransformerOptions,
  mixTransformer,
} from '@sts-net/backbones';
import { deriveSeed, MultiHeadAttention, ResizeToMatch } from '@sts-net/layers-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { DropKeyAttention } from './layers/drop-key-attention.ts';
import type { NetworkOptions } from './network-options.ts';
import { drop, expandingPath, type StreamContext } from './parts/expanding-path.ts';
import { withinPadding } from './within-padding.ts';

type Four = readonly [number, number, number, number];

/** How large the streams of EH-Former are. */
export interface StreamSize extends Pick<MixTransformerOptions, 'channels' | 'heads'> {
  /** Blocks of each stage of the encoder. @default [3, 6, 40, 3], those of MiT-b5 */
  readonly blocks?: Four;
  /** Channels of the blocks of the decoder, the coarsest first. @default [256, 128, 64, 16] */
  readonly filters?: Four;
}

/** What a stream can be told, as data. */
export interface MiTStreamSettings {
  /** Share of the keys that attention drops in training, for each stage. @default none */
  readonly dropKey?: Four | undefined;
  /**
   * Rate of dropout after each map of the encoder and in each block of the decoder, in prediction too: the
   * coarse network of EH-Former has 0.5. @default no such dropout
   */
  readonly monteCarlo?: number | undefined;
}

/** Options of {@link mitStream}. */
export interface MiTStreamOptions extends NetworkOptions, StreamSize, MiTStreamSettings {}

/**
 * One stream of EH-Former: MiT-b5, whose GELU is the form by tanh and which drops no paths, and an expanding
 * path. STS-Net's paper counts its parameters, 86,371,345, for EH-Former. Layers have the authors' keys; with
 * `monteCarlo` those of their coarse network.
 *
 * Source: Qu et al., Information Fusion 109, 2024.
 */
export function mitStream(options: MiTStreamOptions): LayersModel {
  const { classes = 2, seed = 0, monteCarlo, dropKey } = options;
  return withinPadding('mit-b5-stream', options, 32, (image) => {
    const context = { name: (key: string) => key, seed, monteCarlo };
    const maps = streamMaps(image, context, { ...options, dropKey });
    return streamLogits(maps, image, context, { ...options, classes });
  });
}

/** Options of {@link streamMaps}. */
export interface StreamMapsOptions extends StreamSize {
  readonly dropKey?: Four | undefined;
  /** Where queries are dropped, `[batch, height, width, 1]` of the image's size; else single keys are. */
  readonly map?: SymbolicTensor;
}

/** The four maps of a stream's encoder, the finest first. */
export function streamMaps(
  image: SymbolicTensor,
  context: StreamContext,
  { channels, heads, blocks = [3, 6, 40, 3], dropKey, map }: StreamMapsOptions,
): SymbolicTensor[] {
  const { name, seed } = context;
  // Each stage's is made from the one before.
  const resized: SymbolicTensor[] = [];
  const attend = (
    pairs: SymbolicTensor,
    queries: SymbolicTensor,
    { name: key, heads, stage }: AttendContext,
  ) => {
    if (dropKey === undefined) {
      const plain = new MultiHeadAttention({ name: key, heads });
      return plain.apply([pairs, queries]) as SymbolicTensor;
    }
    const args = { name: key, heads, rate: dropKey[stage]!, seed: deriveSeed(seed, key) };
    const inputs = [pairs, queries];
    if (map !== undefined) {
      const resize = { name: name(`uncertainty.${stage}`), halfPixelCenters: true };
      resized[stage] ??= new ResizeToMatch(resize).apply([
        resized[stage - 1] ?? map,
        queries,
      ]) as SymbolicTensor;
      inputs.push(resized[stage]);
    }
    return new DropKeyAttention(args).apply(inputs) as SymbolicTensor;
  };
  const spec = mixTransformer({
    ...(channels !== undefined && { channels }),
    ...(heads !== undefined && { heads }),
    ...{ blocks, gelu: 'tanh', dropPath: 0, attend },
  });
  const { features } = createEncoder(spec, { input: image, seed, name: name('res_net') });
  return features.slice(1).map(({ tensor }, i) => drop(tensor, context, `res_net.dropout${i + 1}`));
}

/** Logits of a stream at the size of the image. */
export function streamLogits(
  maps: readonly SymbolicTensor[],
  image: SymbolicTensor,
  context: StreamContext,
  { filters = [256, 128, 64, 16], classes }: StreamSize & { readonly classes: number },
): SymbolicTensor {
  return expandingPath(maps, image, context, { filters, classes });
}
