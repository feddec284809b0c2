import { createEncoder, type EncoderName } from '@sts-net/backbones';
import type { DecoderName } from '@sts-net/decoders';
import {
  type AttentionName,
  attentionFactory,
  attentionNames,
  createModel,
  missingStride,
  modelStatistics,
  type PairSettings,
  type WholeSettings,
  withoutInitialValues,
} from '@sts-net/model';
import type { NetworkName } from '@sts-net/networks';
import { input, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';

/** What a network, or its attention, costs for one image. */
interface Cost {
  readonly parameters: number;
  readonly multiplyAdds: number;
}

/** Every network that can be made of names. */
export interface ModelCatalog {
  readonly size: readonly [number, number];
  readonly classes: number;
  /** Every encoder with every decoder that it has the maps for, without attention. */
  readonly pairs: readonly (Cost & {
    readonly encoder: EncoderName;
    readonly decoder: DecoderName;
  })[];
  /** Networks that are no pairs. */
  readonly networks: readonly (Cost & { readonly network: NetworkName })[];
  /** What every attention adds to every encoder, at its five places. */
  readonly attention: readonly (Cost & {
    readonly encoder: EncoderName;
    readonly attention: AttentionName;
  })[];
}

/** What a catalog is of. */
export interface ModelCatalogOptions {
  /** Of the image, `[rows, columns]`. */
  readonly size: readonly [number, number];
  readonly classes: number;
  readonly encoders: readonly EncoderName[];
  readonly decoders: readonly DecoderName[];
  readonly networks: readonly NetworkName[];
  /** Called before each network. */
  readonly onNetwork: (text: string) => void;
}

/** Counts for every pair of the encoders and decoders, and for every whole network. */
export function modelCatalog({
  size,
  classes,
  encoders,
  decoders,
  networks,
  onNetwork,
}: ModelCatalogOptions): ModelCatalog {
  const costOf = (text: string, options: PairSettings | WholeSettings): Cost => {
    onNetwork(text);
    const network = createModel({ ...options, inputShape: [...size, 3] });
    const { parameters, multiplyAdds } = modelStatistics(network);
    network.dispose();
    return { parameters, multiplyAdds };
  };
  return withoutInitialValues(() => ({
    size,
    classes,
    pairs: encoders.flatMap((encoder) =>
      decoders
        .filter((decoder) => missingStride(encoder, decoder) === undefined)
        .map((decoder) => ({
          encoder,
          decoder,
          ...costOf(`${encoder} ${decoder}`, { encoder, decoder, classes }),
        })),
    ),
    networks: networks.map((network) => ({ network, ...costOf(network, { network, classes }) })),
    attention: encoders.flatMap((encoder) => attentionCosts(encoder, size)),
  }));
}

function attentionCosts(
  encoder: EncoderName,
  [rows, columns]: readonly [number, number],
): ModelCatalog['attention'] {
  const image = input({ shape: [null, null, 3] });
  const { features } = createEncoder(encoder, { input: image });
  model({ inputs: image, outputs: features.at(-1)!.tensor }).dispose();
  return attentionNames.flatMap((attention) => {
    const create = attentionFactory(attention);
    if (create === undefined) return [];
    const maps = features.filter(({ channels }) => channels > 0);
    const costs = maps.map(({ channels, stride }) => {
      const shape = [Math.ceil(rows / stride), Math.ceil(columns / stride), channels];
      const map = input({ shape });
      const layer = model({
        inputs: map,
        outputs: create(channels, 0).apply(map) as SymbolicTensor,
      });
      const { parameters, multiplyAdds } = modelStatistics(layer);
      layer.dispose();
      return { parameters, multiplyAdds };
    });
    const sum = (of: keyof Cost) => costs.reduce((total, cost) => total + cost[of], 0);
    return [
      { encoder, attention, parameters: sum('parameters'), multiplyAdds: sum('multiplyAdds') },
    ];
  });
}
