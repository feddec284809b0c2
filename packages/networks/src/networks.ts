import type { LayersModel } from '@tensorflow/tfjs-layers';
import { caraNet } from './caranet.ts';
import { centroidNetV2 } from './centroidnetv2.ts';
import { type DeepLabV3AFMASettings, deepLabV3AFMA } from './deeplabv3-afma.ts';
import {
  type DenseASPPSettings,
  type DenseASPPVariant,
  denseASPP,
  denseASPPResNet101,
} from './dense-aspp.ts';
import { type EHFormerSettings, ehFormer } from './eh-former.ts';
import { type I2UNetSettings, i2uNetM } from './i2u-net.ts';
import { m2SNet } from './m2snet.ts';
import { type MiTStreamSettings, mitStream } from './mit-stream.ts';
import { msgseNetLike } from './msgse-net-like.ts';
import type { NetworkOptions } from './network-options.ts';
import type { NetworkSpec } from './network-spec.ts';
import { type NNUNetSettings, nnUNet } from './nnunet.ts';
import { type UMNetSettings, umNet } from './um-net.ts';

/** What each network can be told beside what all can, as data. */
export interface NetworkSettings {
  readonly m2snet: object;
  readonly caranet: object;
  readonly centroidnetv2: object;
  readonly 'deeplabv3-afma': DeepLabV3AFMASettings;
  readonly 'um-net': UMNetSettings;
  readonly 'i2u-net-m': I2UNetSettings;
  readonly 'msgse-net-like': object;
  readonly denseaspp121: DenseASPPSettings;
  readonly denseaspp161: DenseASPPSettings;
  readonly denseaspp169: DenseASPPSettings;
  readonly denseaspp201: DenseASPPSettings;
  readonly 'denseaspp-resnet101': DenseASPPSettings;
  readonly 'nnunet-2d': NNUNetSettings;
  readonly 'nnunet-resenc': NNUNetSettings;
  readonly 'mit-b5-stream': MiTStreamSettings;
  readonly 'eh-former': EHFormerSettings;
}

/** The networks known by name. */
export type NetworkName = keyof NetworkSettings;

const denseSettings = ['outputStride', 'alignCorners', 'dropout', 'momentum'] as const;
const dense = (variant: DenseASPPVariant): NetworkSpec<DenseASPPSettings> => ({
  settings: denseSettings,
  create: (options) => denseASPP({ ...variant, ...options }),
});

const nnUNetOf = (residual: boolean): NetworkSpec<NNUNetSettings> => ({
  settings: ['plan', 'patchSize', 'deepSupervision'],
  create: (options) => nnUNet({ ...options, residual }),
  training: { loss: 'dice-cross-entropy' },
});

/** As the authors' code computes it. */
const plainStructure = { name: 'structure', entropy: 'plain' };

/** What each name stands for. */
export const networks: { readonly [Name in NetworkName]: NetworkSpec<NetworkSettings[Name]> } = {
  m2snet: { create: m2SNet, training: { loss: plainStructure } },
  caranet: { create: caraNet, training: { loss: plainStructure, outputWeights: [1, 1, 1, 1] } },
  centroidnetv2: {
    create: centroidNetV2,
    training: { loss: 'centroidnet', outputWeights: [1, 1] },
  },
  'deeplabv3-afma': {
    settings: ['attentionDepth', 'attentionClasses', 'dropout'],
    create: deepLabV3AFMA,
    training: { loss: 'afma', outputWeights: [5, 1] },
  },
  'um-net': {
    settings: ['floor', 'dropout'],
    create: umNet,
    // None is published.
    training: { loss: 'contour-dice-cross-entropy', outputWeights: [1, 1, 1, 1, 1, 1] },
  },
  'i2u-net-m': {
    settings: ['dropout'],
    create: i2uNetM,
    training: { loss: 'sigmoid-dice-cross-entropy' },
  },
  'msgse-net-like': {
    create: msgseNetLike,
    training: {
      loss: 'entropy-dice-cross-entropy',
      outputWeights: [1, ...Array<number>(12).fill(1 / 24)],
    },
  },
  denseaspp121: dense({ layers: [6, 12, 24, 16], narrow: 128, added: 64 }),
  denseaspp161: dense({ growth: 48, stem: 96, layers: [6, 12, 36, 24], narrow: 512, added: 128 }),
  denseaspp169: dense({ layers: [6, 12, 32, 32], narrow: 336, added: 168 }),
  denseaspp201: dense({ layers: [6, 12, 48, 32], narrow: 480, added: 240 }),
  'denseaspp-resnet101': { settings: denseSettings, create: denseASPPResNet101 },
  'nnunet-2d': nnUNetOf(false),
  'nnunet-resenc': nnUNetOf(true),
  'mit-b5-stream': {
    settings: ['dropKey', 'monteCarlo'],
    create: mitStream,
    training: { loss: 'uncertainty' },
  },
  'eh-former': {
    settings: ['alpha', 'dropKey', 'monteCarlo', 'samples'],
    create: ehFormer,
    training: { loss: 'uncertainty', outputWeights: [1, 1, 1] },
  },
};

/** A network with settings of its own, as data: `{ name: 'denseaspp121', dropout: 0 }`. */
export type NetworkConfig = {
  readonly [Name in NetworkName]: { readonly name: Name } & Readonly<NetworkSettings[Name]>;
}[NetworkName];

/**
 * Makes a whole network: `[batch, height, width, channels]` of any size, padded with zeros at the
 * bottom and right to what it needs and cropped back, to logits `[batch, height, width, classes]`. Layers are
 * named by the keys of the authors' PyTorch parameters.
 *
 * @param network a name, a name with settings, or a spec of one's own
 * @throws RangeError for an unknown name, listing those that there are, and for a setting that the network
 * does not have
 */
export function createNetwork(
  network: NetworkName | NetworkConfig | NetworkSpec,
  options: NetworkOptions,
): LayersModel {
  if (typeof network === 'object' && 'create' in network) return network.create(options);
  const { name, ...settings } = typeof network === 'string' ? { name: network } : network;
  if (!Object.hasOwn(networks, name)) {
    throw new RangeError(
      `\`createNetwork\`: there is no network '${name}'; there are ${Object.keys(networks).join(', ')}.`,
    );
  }
  const spec = networks[name] as NetworkSpec<Readonly<Record<string, unknown>>>;
  const strange = Object.keys(settings).find((key) => !spec.settings?.includes(key));
  if (strange !== undefined) {
    throw new RangeError(
      `\`createNetwork\`: the network '${name}' has no setting '${strange}'; it has ${spec.settings?.join(', ') ?? 'none'}.`,
    );
  }
  return countedOnce(spec.create({ ...settings, ...options }));
}

/** TensorFlow.js counts a reference for each run of a layer, and a model gives back one only. */
function countedOnce(network: LayersModel): LayersModel {
  for (const layer of network.layers) {
    for (let runs = layer.inboundNodes.length; runs > 1; runs--) layer.dispose();
  }
  return network;
}
