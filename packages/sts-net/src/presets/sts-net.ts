import type { Preset } from './presets.ts';

/**
 * STS-Net as published (Zhao et al., Sci Rep 2025): ResNeXt50 with ESCA and DeepLabV3 at output
 * stride 8, whole slices, amplification method 4, plain cross-entropy, AdamW at 1e-4 with a cosine
 * over 100 epochs, best checkpoint by mean IoU.
 */
export const stsNet: Preset = {
  model: { encoder: 'resnext50_32x4d', decoder: 'deeplabv3', attention: 'esca', classes: 2 },
  normalization: { name: 'imagenet', maxPixelValue: 1023 },
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
