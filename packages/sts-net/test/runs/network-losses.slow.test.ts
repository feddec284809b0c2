import { useBackend } from '@sts-net/backend';
import { createModel } from '@sts-net/model';
import { type NetworkName, networks } from '@sts-net/networks';
import { signed } from '@sts-net/testing';
import {
  type Batch,
  createLoss,
  createOptimizer,
  groupWeights,
  type LossChoice,
  trainStep,
} from '@sts-net/training';
import { beforeAll, expect, test } from 'vitest';

beforeAll(async () => {
  await useBackend('ort');
});

/** Two images with a bright square each, which is the target. */
function batchOf(size: number): Batch {
  const [count, channels, classes] = [2, 3, 2];
  const images = signed('images', count * size * size * channels);
  const labels = new Float32Array(count * size * size * classes);
  for (let i = 0; i < count * size * size; i++) {
    const [row, column] = [Math.floor(i / size) % size, i % size];
    const inside = row >= 16 && row < 40 && column >= 24 && column < 56;
    labels[2 * i + (inside ? 1 : 0)] = 1;
    for (let c = 0; c < channels; c++) images[channels * i + c]! += inside ? 2 : 0;
  }
  return { images, labels, count, height: size, width: size, channels, classes };
}

const adam = { name: 'adam', betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0 } as const;
// Of the others, which are larger, losses and steps have tests of their own.
const names: readonly NetworkName[] = [
  ...(['m2snet', 'caranet', 'deeplabv3-afma', 'um-net', 'i2u-net-m'] as const),
  'msgse-net-like',
];

test.each(names)(
  '%s learns from one batch by the loss that it has',
  async (network) => {
    // The least size that all of them take.
    const batch = batchOf(128);
    const { loss, outputWeights } = networks[network].training!;
    const model = createModel({ network, classes: 2, inputShape: [null, null, 3], seed: 1 });
    // Weights that are computed at first are no part of the first step, whose graph is that of the others then.
    await Promise.all(model.weights.map((weight) => weight.read().data()));
    const optimizer = createOptimizer(adam, groupWeights(model));
    const step = { model, optimizer, loss: createLoss(loss as LossChoice), outputWeights };
    const losses: number[] = [];
    for (let i = 0; i < 4; i++) losses.push(await trainStep(step, batch, 1e-3));
    expect(losses.every(Number.isFinite), losses.join(', ')).toBe(true);
    expect(losses.at(-1)!, losses.join(', ')).toBeLessThan(losses[0]!);
    optimizer.dispose();
    model.dispose();
  },
  300_000,
);
