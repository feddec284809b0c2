// What networks must come to in a browser: the golden logits, gradients and trajectory that
// PyTorch gave for the smallest network, and the steps of a smaller one against the `cpu` backend.
import { loadTorchWeights } from '@sts-net/model';
import { nchwValues, signedNchw } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { goldenModel, goldenStateDict } from '../../../packages/model/test/golden-models.ts';
import logits from '../../../packages/testing/golden/models-eval.json' with { type: 'json' };
import { batch, SmallNetwork } from '../../../packages/tfjs-backend-ort/test/small-network.ts';
import training from '../../../packages/training/test/fixtures/smooth-training.json' with {
  type: 'json',
};
import {
  lossAndGradients,
  torchSample,
  trainSteps,
} from '../../../packages/training/test/training-step.ts';
import { logitsOf, wholeNetworks } from './whole-networks.mjs';

const name = 'Unet/mobilenet_v2';

/** Declares them for a backend by `of(title, load)`; `full` adds the golden trajectory. */
export function declareNetworks(of, backend, full) {
  const test = (title, body) =>
    of(title, () =>
      globalThis.describe(name, () => {
        globalThis.beforeAll(() => tf.setBackend(backend));
        globalThis.it('to the tolerances of the other engines', body, 900_000);
      }),
    );
  test('golden logits', goldenLogits);
  test('golden gradients', goldenGradients);
  test('ten steps of AdamW', () => smallTrajectory(backend));
  if (full) test('golden trajectory', goldenTrajectory);
}

/** Declares the logits of whole networks, which Node computed, for a backend. */
export function declareWholeNetworks(of, backend) {
  of('logits of whole networks', () =>
    globalThis.describe('logits', () => {
      globalThis.beforeAll(() => tf.setBackend(backend));
      for (const name of wholeNetworks) {
        const body = async () => {
          const { [name]: expected } = await (await fetch('/logits.json')).json();
          const mean = expected.reduce((sum, value) => sum + value, 0) / expected.length;
          const variance = expected.reduce((sum, v) => sum + (v - mean) ** 2, 0) / expected.length;
          close(await logitsOf(name), expected, { atol: 1e-4 * Math.sqrt(variance) }, name);
        };
        globalThis.it(name, body, 300_000);
      }
    }),
  );
}

async function goldenLogits() {
  const size = 128;
  const { std, samples } = logits.models[`${name}@${size}`];
  const model = goldenModel(name);
  const y = tf.tidy(() => model.predict(signedNchw('input', [1, 3, size, size])));
  const values = await nchwValues(y);
  const received = samples.map(([c, row, column]) => values[(c * size + row) * size + column]);
  close(
    received,
    samples.map(([, , , value]) => value),
    { atol: 1e-4 * std },
  );
  y.dispose();
  model.dispose();
}

async function goldenGradients() {
  const {
    loss: expectedLoss,
    gradients: expected,
    training: isTraining,
  } = training.smooth.gradients[`${name}@64`];
  const model = smoothModel(name);
  const { loss, gradients } = lossAndGradients(model, { training: isTraining });
  close(await loss.data(), [expectedLoss], { rtol: 1e-4 });
  const floor = 1e-10 * Math.max(...Object.values(expected).map(([norm]) => norm));
  for (const [key, [norm, first, middle]] of Object.entries(expected)) {
    const received = await torchSample(gradients.get(key));
    close([received.norm], [norm], { rtol: 1e-3, atol: floor }, key);
    close(
      [received.first, received.middle],
      [first, middle],
      {
        rtol: 1e-3,
        atol: (1e-3 * norm) / Math.sqrt(received.size) + floor,
      },
      key,
    );
  }
  tf.dispose([loss, ...gradients.values()]);
  model.dispose();
}

async function goldenTrajectory() {
  const { model: of, lr, losses } = training.smooth.trajectory;
  const model = smoothModel(of);
  close(await trainSteps(model, lr), losses, { rtol: 1e-4 });
  model.dispose();
}

async function smallTrajectory(backend) {
  const expected = await smallLosses('cpu');
  close(await smallLosses(backend), expected, { rtol: 1e-4 });
}

async function smallLosses(backend) {
  await tf.setBackend(backend);
  const network = new SmallNetwork();
  const losses = [];
  for (let step = 0; step < 10; step++) {
    const { x, y } = batch(step);
    const loss = network.train(x, y);
    losses.push((await loss.data())[0]);
    tf.dispose([x, y, loss]);
  }
  network.dispose();
  return losses;
}

/** The golden model with weights that keep every ReLU away from its kinks. */
function smoothModel(of) {
  const weights = goldenStateDict(of);
  for (const [key, { shape, data }] of weights) {
    if (!weights.has(key.replace(/[^.]+$/, 'running_mean'))) continue;
    if (key.endsWith('weight')) weights.set(key, { shape, data: data.map((w) => 0.2 * w - 0.1) });
    if (key.endsWith('bias')) weights.set(key, { shape, data: data.map((b) => b + 3) });
  }
  const model = goldenModel(of, { dropout: 0 });
  loadTorchWeights(model, weights);
  return model;
}

function close(received, expected, { rtol = 0, atol = 0 }, subject = '') {
  if (received.length !== expected.length) throw new Error(`${subject}: ${received.length} values`);
  for (const [i, want] of expected.entries()) {
    const off = Math.abs(received[i] - want);
    if (off <= atol + rtol * Math.abs(want)) continue;
    throw new Error(`${subject}[${i}]: ${received[i]} must be ${want}`);
  }
  globalThis.expect(received.length).toBe(expected.length);
}
