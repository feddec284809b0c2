import { readFileSync } from 'node:fs';
import { torchParameters } from '@sts-net/model';
import { describeBackends } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { smoothModel } from '../../model/test/golden-models.ts';
import { lossAndGradients, torchSample, trainSteps } from './training-step.ts';

// References of tools/fixtures/model: weights that keep every ReLU away from its kinks, so that
// float32 gradients can be held against float64 ones.
const fixture = (name: string, folder = './fixtures') =>
  JSON.parse(readFileSync(new URL(`${folder}/${name}.json`, import.meta.url), 'utf8'));
const { smooth } = fixture('smooth-training');
const { models } = fixture('plain-networks', '../../model/test/fixtures');
const plain = Object.entries<Record<'smooth', object>>(models);
const references = {
  ...smooth.gradients,
  ...fixture('more-training').smooth,
  ...fixture('transformer-training').smooth,
  ...Object.fromEntries(plain.map(([name, { smooth }]) => [`${name}/${name}@32`, smooth])),
};

describeBackends('training away from kinks', () => {
  describe.each(Object.keys(references))('%s', (name) => {
    const { training, loss: expectedLoss, gradients: expected, running = {} } = references[name];

    test(`golden gradients of every weight to 1e-3 (${training ? 'training' : 'inference'} mode)`, async () => {
      const model = smoothModel(name, { dropout: 0 });
      const size = Number(name.split('@')[1]);
      const { loss, gradients } = lossAndGradients(model, { training, size });
      expect(await loss.data()).toBeAllclose([expectedLoss], { rtol: 1e-4 });
      const largest = Math.max(...Object.values<number[]>(expected).map(([norm]) => norm!));
      const weights = torchParameters(model);
      const tensors = new Map(weights.map(({ key, weight }) => [key, weight.read()]));
      for (const [key, gradient] of gradients) tensors.set(key, gradient);
      for (const [key, [norm, first, middle]] of Object.entries<[number, number, number]>({
        ...expected,
        ...running,
      })) {
        const received = await torchSample(tensors.get(key)!);
        const floor = 1e-10 * largest;
        expect([received.norm], `norm of ${key}`).toBeAllclose([norm], { rtol: 1e-3, atol: floor });
        expect([received.first, received.middle], key).toBeAllclose([first, middle], {
          rtol: 1e-3,
          atol: (1e-3 * norm) / Math.sqrt(received.size) + floor,
        });
      }
      expect(Object.keys(expected).length).toBeGreaterThan(50);
      tf.dispose([loss, ...gradients.values()]);
      model.dispose();
    });
  });

  test('golden trajectory: ten AdamW steps to 1e-4', async () => {
    const { model: name, lr, losses } = smooth.trajectory;
    const model = smoothModel(name, { dropout: 0 });
    expect(await trainSteps(model, lr)).toBeAllclose(losses, { rtol: 1e-4 });
    model.dispose();
  });
}, ['wasm']);
