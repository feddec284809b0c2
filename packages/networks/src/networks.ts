import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type DenseASPPOptions, denseASPP } from './dense-aspp.ts';
import { m2SNet } from './m2snet.ts';
import type { NetworkOptions } from './network-options.ts';

/** The networks known by name. */
export type NetworkName =
  | 'm2snet'
  | 'denseaspp121'
  | 'denseaspp161'
  | 'denseaspp169'
  | 'denseaspp201';

/** Makes a network. */
export type NetworkSpec = (options: NetworkOptions) => LayersModel;

const dense =
  (settings: DenseASPPOptions): NetworkSpec =>
  (options) =>
    denseASPP({ ...settings, ...options });

/** What each name stands for. */
export const networks: Readonly<Record<NetworkName, NetworkSpec>> = {
  m2snet: m2SNet,
  denseaspp121: dense({ layers: [6, 12, 24, 16], narrow: 128, added: 64 }),
  denseaspp161: dense({ growth: 48, stem: 96, layers: [6, 12, 36, 24], narrow: 512, added: 128 }),
  denseaspp169: dense({ layers: [6, 12, 32, 32], narrow: 336, added: 168 }),
  denseaspp201: dense({ layers: [6, 12, 48, 32], narrow: 480, added: 240 }),
};

/**
 * Makes a whole network by name: `[batch, height, width, channels]` of any size, padded with zeros at the
 * bottom and right to what it needs and cropped back, to logits `[batch, height, width, classes]`. Layers are
 * named by the keys of the authors' PyTorch parameters.
 *
 * @throws RangeError for an unknown name, listing those that there are
 */
export function createNetwork(name: NetworkName, options: NetworkOptions): LayersModel {
  if (!Object.hasOwn(networks, name)) {
    throw new RangeError(
      `\`createNetwork\`: there is no network '${name}'; there are ${Object.keys(networks).join(', ')}.`,
    );
  }
  return networks[name](options);
}
