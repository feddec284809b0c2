import type { Preset } from './presets.ts';

/** A small network that learns lesions from scratch within minutes on a CPU. */
export const light: Preset = {
  model: { encoder: 'mobilenet_v2', decoder: 'unet', attention: 'esca', classes: 2 },
  normalization: { name: 'z-score' },
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
