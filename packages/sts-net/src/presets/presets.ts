import type { AmplificationConfig } from '@sts-net/experiment';
import type { Preprocessing } from '@sts-net/inference';
import type { PairSettings } from '@sts-net/model';

/**
 * The parts of a config that do not depend on where the data are. As in a config file, fields with
 * defaults may be left out of `training`; `validateConfig` fills them in.
 */
export interface Preset {
  readonly model: PairSettings;
  readonly preprocessing: Preprocessing;
  readonly amplification: AmplificationConfig;
  readonly training: Readonly<Record<string, unknown>>;
}

export type PresetName = 'light' | 'resnext50-unet' | 'sts-net';

/** A small network that learns lesions from scratch within minutes on a CPU. */
const light: Preset = {
  model: { encoder: 'mobilenet_v2', decoder: 'unet', attention: 'esca', classes: 2 },
  preprocessing: {},
  amplification: { method: 4 },
  training: {
    steps: 200,
    batchSize: 8,
    patch: { size: [96, 96], lesionShare: 0.7 },
    flips: true,
    loss: 'dice-cross-entropy',
    optimizer: { name: 'adamw', learningRate: 2e-3 },
    schedule: { name: 'cosine', per: 'step' },
    validation: { every: 50 },
    saveEvery: 50,
  },
};

/** The paper's encoder with the decoder that learns fastest; trained as the light preset is. */
const resnext50UNet: Preset = {
  ...light,
  model: { ...light.model, encoder: 'resnext50_32x4d' },
};

/**
 * STS-Net as published (Zhao et al., Sci Rep 2025): ResNeXt50 with ESCA and DeepLabV3 at output
 * stride 8, whole slices, amplification method 4, plain cross-entropy, AdamW at 1e-4 with a cosine
 * over 100 epochs, best checkpoint by mean IoU.
 */
const stsNet: Preset = {
  model: { encoder: 'resnext50_32x4d', decoder: 'deeplabv3', attention: 'esca', classes: 2 },
  preprocessing: { normalization: { name: 'imagenet', maxPixelValue: 1023 } },
  amplification: { method: 4 },
  training: {
    epochs: 100,
    batchSize: 4,
    patch: null,
    loss: 'cross-entropy',
    optimizer: { name: 'adamw', learningRate: 1e-4 },
    schedule: { name: 'cosine', minimumLearningRate: 1e-8, per: 'epoch' },
    validation: { every: 'epoch', metric: 'mIoU' },
    saveEvery: 'epoch',
  },
};

/** The presets by name. */
export const presets: Readonly<Record<PresetName, Preset>> = {
  light,
  'resnext50-unet': resnext50UNet,
  'sts-net': stsNet,
};
