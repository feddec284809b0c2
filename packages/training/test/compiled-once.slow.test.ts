import { useBackend } from '@sts-net/backend';
import { createModel } from '@sts-net/model';
import { signed, uniform } from '@sts-net/testing';
import type { OrtBackend } from '@sts-net/tfjs-backend-ort';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import {
  createLoss,
  createOptimizer,
  groupWeights,
  type OptimizerConfig,
  trainStep,
} from '../src/index.ts';

const optimizers: readonly OptimizerConfig[] = [
  { name: 'adamw', betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0.01 },
  { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-4 },
];

test.each(optimizers)(
  'a step of ESCA’s network by $name is compiled once on ort',
  async (config) => {
    await useBackend('ort');
    const [count, size, channels, classes] = [2, 64, 3, 2];
    const model = createModel({
      ...{ encoder: 'mobilenet_v2', decoder: 'unet', attention: 'esca' },
      ...{ classes, inputShape: [null, null, channels], seed: 1 },
    });
    const optimizer = createOptimizer(config, groupWeights(model, { decay: 'kernels' }));
    const labels = Float32Array.from(uniform('truth', count * size * size)).map((u) =>
      Number(u < 0.2),
    );
    const batch = {
      ...{ count, height: size, width: size, channels, classes },
      images: signed('images', count * size * size * channels),
      labels: Float32Array.from({ length: 2 * labels.length }, (_, i) =>
        i % 2 === 1 ? labels[i >> 1]! : 1 - labels[i >> 1]!,
      ),
    };
    const step = { model, optimizer, loss: createLoss('dice') };
    const compiled = () => (tf.backend() as OrtBackend).statistics().compiles;
    await trainStep(step, batch, 1e-3);
    const before = compiled();
    const losses = [await trainStep(step, batch, 1e-3), await trainStep(step, batch, 5e-4)];
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(compiled() - before).toBe(0);
    optimizer.dispose();
    model.dispose();
  },
);
