import { readFileSync } from 'node:fs';
import { torchParameters } from '@sts-net/model';
import { describeBackends, golden } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { goldenModel } from '../../model/test/golden-models.ts';
import { lossAndGradients, torchSample, trainSteps } from './training-step.ts';

// The references are float64. How far PyTorch in float32 is from them, tools/fixtures/model says:
// their gradients are good for a few per cent, and the steps of their trajectories for as much.
const fixture = (name: string) =>
  JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8'));
const { float32 } = fixture('smooth-training');
const { float32: ofNine } = fixture('more-training');
const references = golden('models-training').models;
const { runs } = golden('trajectory');

/**
 * Rounding differs from PyTorch's, so a deviation like its own is right: a few times that of one run,
 * or twice the largest of nine.
 */
const allowance = 3;
const allowanceOfNine = 2;

describeBackends('training', () => {
  describe.each(Object.keys(references))('%s', (name) => {
    test('golden loss to 1e-4, running statistics, gradients as close as float32 allows', async () => {
      const reference = references[name];
      const model = goldenModel(name, { dropout: 0 });
      const size = Number(name.split('@')[1]);
      const { loss, gradients } = lossAndGradients(model, { size });
      expect(await loss.data()).toBeAllclose([reference.loss], { rtol: 1e-4 });

      const [allowed, times] =
        name in ofNine ? [ofNine[name], allowanceOfNine] : [float32.gradients[name], allowance];
      for (const [key, expected] of Object.entries<number[]>(reference.grads)) {
        const [length, first, middle] = expected as [number, number, number];
        // Biases before another normalisation: rounding errors stand for zero.
        if (length < 1e-9 * reference.total_grad_norm) continue;
        const received = await torchSample(gradients.get(key)!);
        expect([received.norm], `norm of ${key}`).toBeAllclose([length], {
          rtol: times * allowed.norm,
        });
        expect([received.first, received.middle], key).toBeAllclose([first, middle], {
          rtol: 0,
          atol: (times * allowed.element * length) / Math.sqrt(received.size),
        });
      }
      const head = await torchSample(gradients.get('segmentation_head.0.bias')!);
      const [norm, first] = reference.grads['segmentation_head.0.bias'];
      expect([head.norm, head.first]).toBeAllclose([norm, first], {
        rtol: Math.max(1e-4, times * (allowed.head ?? 0)),
      });

      const parameters = new Map(torchParameters(model).map((one) => [one.key, one.weight]));
      for (const [key, expected] of Object.entries<number[]>(reference.running_stats)) {
        const received = await torchSample(parameters.get(key)!.read());
        expect([received.norm, received.first], key).toBeAllclose(expected, {
          rtol: 1e-4,
          atol: 1e-5,
        });
      }
      tf.dispose([loss, ...gradients.values()]);
      model.dispose();
    });
  });

  describe.each(['STSNet(esca k=3 shared)@64', 'Unet/resnet50@64'])('%s', (name) => {
    test('golden trajectory: the first loss to 1e-4, ten AdamW steps as close as float32 allows', async () => {
      const model = goldenModel(name, { dropout: 0 });
      const losses = await trainSteps(model, runs[name].lr);
      expect(losses.slice(0, 1)).toBeAllclose(runs[name].losses.slice(0, 1), { rtol: 1e-4 });
      expect(losses).toBeAllclose(runs[name].losses, {
        rtol: 0,
        atol: allowance * float32.trajectories[name],
      });
      model.dispose();
    });
  });
}, ['wasm']);
