import { type LayersModel, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { Complement } from './layers/complement.ts';
import { SamplesInTraining } from './layers/samples-in-training.ts';
import { Uncertainty } from './layers/uncertainty.ts';
import { type StreamSize, streamLogits, streamMaps } from './mit-stream.ts';
import type { NetworkOptions } from './network-options.ts';
import type { StreamContext } from './parts/expanding-path.ts';
import { gatedFusion } from './parts/gated-fusion.ts';
import { withinPadding } from './within-padding.ts';

type Four = readonly [number, number, number, number];

/** What EH-Former can be told, as data. */
export interface EHFormerSettings {
  /** Share of the easy stream in the fused maps, from 0 to 1. @default 0.5 */
  readonly alpha?: number | undefined;
  /** Share of the queries that are dropped where all is uncertain, for each stage. @default [0.4, 0.32, 0.24, 0.16] */
  readonly dropKey?: Four | undefined;
  /** Rate of the coarse network's dropout. @default 0.5 */
  readonly monteCarlo?: number | undefined;
  /** How often the coarse network samples, at least twice. @default 6 */
  readonly samples?: number | undefined;
}

/** Options of {@link ehFormer}. */
export interface EHFormerOptions extends NetworkOptions, StreamSize, EHFormerSettings {}

const multiple = 32;

/**
 * EH-Former: a stream that drops what is uncertain and learns the easy part, one that drops what is certain,
 * and gated fusion of their maps. How uncertain pixels are, a coarse network says in training, trained before
 * and frozen, by how its samples differ; prediction does without it.
 *
 * Three outputs: the logits, which are the prediction, `[batch, height, width, classes]`, and those of the easy
 * and of the hard stream, `[batch, height, width, classes + 1]`, whose last channel is the weight of each pixel
 * in the loss `uncertainty`, zero in prediction. The authors' share `alpha` falls from 1 to 0.5 during the
 * training; here it is what it is made with. Layers have the authors' keys: `c_net`, `segres_net` and
 * `segres_net_opposite` are the coarse, the easy and the hard stream.
 *
 * Source: Qu et al., Information Fusion 109, 2024.
 */
export function ehFormer(options: EHFormerOptions): LayersModel {
  const { classes = 2, seed = 0, alpha = 0.5, samples: count = 6 } = options;
  const { dropKey = [0.4, 0.32, 0.24, 0.16], monteCarlo = 0.5 } = options;
  const { channels, heads, blocks, filters } = options;
  const size: StreamSize = {
    ...(channels && { channels }),
    ...(heads && { heads }),
    ...(blocks && { blocks }),
    ...(filters && { filters }),
  };
  const under = (prefix: string, rest: Partial<StreamContext> = {}): StreamContext => ({
    name: (key) => `${prefix}.${key}`,
    seed,
    ...rest,
  });
  const network = withinPadding('eh-former', options, multiple, (image) => {
    const coarse = under('c_net', { monteCarlo });
    const repeat = new SamplesInTraining({ name: 'samples', count, size: multiple });
    const drawn = repeat.apply(image) as SymbolicTensor;
    const sampled = streamMaps(drawn, coarse, size);
    const samples = streamLogits(sampled, drawn, coarse, { ...size, classes });
    const measure = new Uncertainty({ name: 'uncertainty', count });
    const uncertain = measure.apply([samples, image]) as SymbolicTensor;
    const certain = new Complement({ name: 'certainty' }).apply(uncertain) as SymbolicTensor;

    const stream = (prefix: string, map: SymbolicTensor) => {
      const context = under(prefix);
      const maps = streamMaps(image, context, { ...size, dropKey, map });
      return { maps, logits: streamLogits(maps, image, context, { ...size, classes }) };
    };
    const easy = stream('segres_net', uncertain);
    const hard = stream('segres_net_opposite', certain);
    const fused: SymbolicTensor[] = [];
    for (const [i, map] of easy.maps.entries()) {
      const fusion = { key: `fuse${i + 1}`, alpha, seed };
      fused.push(gatedFusion(map, hard.maps[i]!, fused[i - 1], fusion));
    }
    const own = { name: (key: string) => key, seed };
    const weighted = (of: SymbolicTensor, weights: SymbolicTensor, name: string) =>
      layers.concatenate({ name: `${name}.weighted` }).apply([of, weights]) as SymbolicTensor;
    return [
      streamLogits(fused, image, own, { ...size, classes }),
      weighted(easy.logits, certain, 'easy'),
      weighted(hard.logits, uncertain, 'hard'),
    ];
  });
  for (const layer of network.layers) {
    if (layer.name.startsWith('c_net.')) layer.trainable = false;
  }
  return network;
}
