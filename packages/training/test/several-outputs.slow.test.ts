import { readFileSync } from 'node:fs';
import { createModel, type PairOptions, torchParameters } from '@sts-net/model';
import { describeBackends, signed, uniform } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { smoothModel } from '../../model/test/golden-models.ts';
import {
  type Batch,
  createLoss,
  createOptimizer,
  groupWeights,
  setTrainingStep,
  trainStep,
} from '../src/index.ts';
import { torchSample } from './training-step.ts';

// References of tools/fixtures/model/several_outputs.py.
const { supervised } = JSON.parse(
  readFileSync(new URL('./fixtures/several-outputs.json', import.meta.url), 'utf8'),
) as {
  supervised: Record<
    string,
    {
      loss: number;
      losses: number[];
      gradients: Record<string, [norm: number, first: number, middle: number]>;
    }
  >;
};

/** The golden recipe's batch. */
function batchOf(size: number, step: number | '' = ''): Batch {
  const count = 2;
  const area = size * size;
  const nchw = signed(`input${step}`, count * 3 * area);
  const images = Float32Array.from(nchw, (_, i) => {
    const [pixel, channel] = [Math.floor(i / 3), i % 3];
    const [sample, at] = [Math.floor(pixel / area), pixel % area];
    return nchw[(sample * 3 + channel) * area + at]!;
  });
  const labels = new Float32Array(count * area * 2);
  for (const [i, u] of uniform(`label${step}`, count * area).entries()) {
    labels[2 * i + (u < 0.2 ? 1 : 0)] = 1;
  }
  return { images, labels, count, height: size, width: size, channels: 3, classes: 2 };
}

/** The loss of a step and its gradients by PyTorch key; the weights stay. */
async function stepOf(model: LayersModel, outputWeights?: readonly number[]) {
  const samples = new Map<string, Awaited<ReturnType<typeof torchSample>>>();
  const kept: tf.Tensor[] = [];
  const keys = new Map(
    torchParameters(model).map(({ key, weight }) => [(weight.read() as tf.Variable).name, key]),
  );
  const gradients = new Map<string, tf.Tensor>();
  const optimizer = {
    apply(given: Readonly<Record<string, tf.Tensor>>) {
      for (const [name, gradient] of Object.entries(given)) {
        gradients.set(keys.get(name)!, tf.keep(tf.clone(gradient)));
      }
    },
    state: () => new Map(),
    restore: () => {},
    dispose: () => {},
  };
  const loss = await trainStep(
    { model, optimizer, loss: createLoss('cross-entropy'), outputWeights },
    batchOf(64),
    0,
  );
  for (const [key, gradient] of gradients) {
    samples.set(key, await torchSample(gradient));
    kept.push(gradient);
  }
  tf.dispose(kept);
  return { loss, gradients: samples };
}

describeBackends('networks of several outputs', () => {
  test.each(Object.entries(supervised))(
    'golden: loss and gradients of %s with deep supervision and an auxiliary head, to 1e-4 and 1e-3',
    async (name, { loss, losses, gradients: expected }) => {
      const model = smoothModel(name, { dropout: 0, deepSupervision: true, auxiliaryHead: true });
      expect(model.outputs.map(({ shape }) => shape)).toEqual(
        losses.map(() => [null, null, null, 2]),
      );
      const received = await stepOf(model);
      expect([received.loss]).toBeAllclose([loss], { rtol: 1e-4 });
      expect(Object.keys(expected).length).toBeGreaterThan(150);
      const largest = Math.max(...Object.values(expected).map(([norm]) => norm));
      for (const [key, [norm, first, middle]] of Object.entries(expected)) {
        const floor = 1e-10 * largest;
        const gradient = received.gradients.get(key)!;
        const element = (1e-3 * norm) / Math.sqrt(gradient.size) + floor;
        expect([gradient.norm], key).toBeAllclose([norm], { rtol: 1e-3, atol: floor });
        expect([gradient.first, gradient.middle], key).toBeAllclose([first, middle], {
          rtol: 1e-3,
          atol: element,
        });
      }
      for (const [i, one] of losses.entries()) {
        const alone = await stepOf(
          model,
          losses.map((_, k) => (k === i ? 1 : 0)),
        );
        expect([alone.loss], `output ${i}`).toBeAllclose([one], { rtol: 1e-4 });
      }
      model.dispose();
    },
  );

  test('the steps of a network whose further outputs weigh nothing are those of the plain one, bit by bit', async () => {
    const options: PairOptions = {
      encoder: 'mobilenet_v2',
      decoder: 'unetplusplus',
      classes: 2,
      inputShape: [null, null, 3],
      seed: 5,
    };
    const trained = async (more: Partial<PairOptions>, outputWeights?: readonly number[]) => {
      const model = createModel({ ...options, ...more });
      const adamw = { name: 'adamw', betas: [0.9, 0.999], epsilon: 1e-8 } as const;
      const optimizer = createOptimizer({ ...adamw, weightDecay: 0.01 }, groupWeights(model));
      const losses: number[] = [];
      for (let step = 0; step < 3; step++) {
        setTrainingStep(model, step);
        const step3 = { model, optimizer, loss: createLoss('dice-cross-entropy'), outputWeights };
        losses.push(await trainStep(step3, batchOf(32, step), 1e-3));
      }
      optimizer.dispose();
      model.dispose();
      return losses;
    };
    const further = { deepSupervision: true, auxiliaryHead: { stage: 3 } };
    const plain = await trained({});
    expect(await trained(further, [1, 0, 0, 0, 0])).toEqual(plain);
    expect((await trained(further, [1, 0, 0, 0, 1e-3])).slice(1)).not.toEqual(plain.slice(1));
  });
}, ['wasm', 'ort']);
