import { type EncoderSpec, mixTransformer } from '@sts-net/backbones';
import { Kaiming, LayerNormalization } from '@sts-net/layers-core';
import { recipeStateDict, type TorchTensor } from '@sts-net/testing';
import { zeros } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { vi } from 'vitest';
import { createModel, loadTorchWeights, type PairOptions } from '../src/index.ts';
import { torchParameters } from '../src/state-dict/torch-parameters.ts';

/** The options of a model by its name in the golden files, and the shapes of its state dict. */
export function goldenOptions(
  name: string,
  inputShape: PairOptions['inputShape'] = [null, null, 3],
): Pick<PairOptions, 'encoder' | 'decoder' | 'attention' | 'inputShape' | 'classes'> {
  const [architecture, encoder] = name.replace(/@.*$/, '').split('/') as [string, string?];
  const common = { classes: 2, inputShape };
  if (encoder === undefined) {
    const kernelSize = architecture.includes('k=3 ') ? 3 : 'adaptive';
    const attention = { name: 'esca', kernelSize } as const;
    return { encoder: 'resnext50_32x4d', decoder: 'deeplabv3', attention, ...common };
  }
  const decoder = architecture.toLowerCase();
  return { encoder, decoder, ...common } as ReturnType<typeof goldenOptions>;
}

/**
 * The golden recipe's state dict for a model, by the keys and shapes that PyTorch has for its weights.
 * That these are PyTorch's, the tests of encoders and decoders make sure.
 */
export function goldenStateDict(name: string): Map<string, TorchTensor> {
  const model = blankModel(goldenOptions(name));
  const weights = stateDict(model);
  model.dispose();
  return weights;
}

/** A golden model with the recipe's weights. */
export function goldenModel(name: string, options: Partial<PairOptions> = {}): LayersModel {
  const model = blankModel({ ...goldenOptions(name), ...options });
  loadTorchWeights(model, stateDict(model));
  return model;
}

/** Encoders without the stochastic depth that those of their names have. */
const certain: Readonly<Record<string, EncoderSpec>> = {
  mit_b0: mixTransformer({ channels: [32, 64, 160, 256], blocks: [2, 2, 2, 2], dropPath: 0 }),
};

/**
 * A golden model without stochastic depth, with weights that keep every ReLU away from its kinks, so
 * that float32 gradients can be held against float64 ones: normalisations have weights
 * 0.1 + 0.2 (u − 0.5) and biases 3 + (2u − 1) 0.2.
 */
export function smoothModel(name: string, options: Partial<PairOptions> = {}): LayersModel {
  const encoder = certain[name.split(/[/@]/)[1]!];
  const model = blankModel({ ...goldenOptions(name), ...(encoder && { encoder }), ...options });
  const weights = stateDict(model);
  for (const [key, { shape, data }] of weights) {
    if (!weights.has(key.replace(/[^.]+$/, 'running_mean'))) continue;
    if (key.endsWith('weight')) weights.set(key, { shape, data: data.map((w) => 0.2 * w - 0.1) });
    if (key.endsWith('bias')) weights.set(key, { shape, data: data.map((b) => b + 3) });
  }
  loadTorchWeights(model, weights);
  return model;
}

function stateDict(model: LayersModel): Map<string, TorchTensor> {
  const shapes = torchParameters(model).map(({ key, shape }) => [
    key,
    // PyTorch keeps ESCA's kernel as that of a convolution.
    key.endsWith('conv.weight') && shape.length === 1 ? [1, 1, ...shape] : shape,
  ]);
  const layered = model.layers.filter((layer) => layer instanceof LayerNormalization);
  const names = new Set(layered.map((layer) => layer.name));
  return recipeStateDict(Object.fromEntries(shapes), (layer) => names.has(layer));
}

/** A model of zeros, where weights do not matter or are about to be replaced: drawing takes seconds. */
export function blankModel(options: PairOptions): LayersModel {
  const draw = vi
    .spyOn(Kaiming.prototype, 'apply')
    .mockImplementation((shape) => zeros(shape as number[]));
  try {
    return createModel(options);
  } finally {
    draw.mockRestore();
  }
}
