import { describeBackends, expectNoNewTensors, golden, signed } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { AdamW } from '../src/optimizers/adamw.ts';
import { createSchedule } from '../src/schedules/schedules.ts';

const settings = { betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0.01 } as const;

/** AdamW of the paper (Loshchilov & Hutter 2019, Algorithm 2, as PyTorch orders it) in float64. */
function obvious(start: ArrayLike<number>, gradients: ArrayLike<number>[], rates: number[]) {
  return Array.from(start, (first, i) => {
    let [w, m, v] = [first, 0, 0];
    for (const [k, rate] of rates.entries()) {
      const g = gradients[k]![i]!;
      w -= rate * 0.01 * w;
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      const mHat = m / (1 - 0.9 ** (k + 1));
      const vHat = v / (1 - 0.999 ** (k + 1));
      w -= (rate * mHat) / (Math.sqrt(vHat) + 1e-8);
    }
    return w;
  });
}

const start = signed('start', 12);
const gradients = [0, 1, 2, 3, 4].map((k) => signed(`g${k}`, 12).map((g) => g * 10 ** (k - 2)));
const rates = [1e-2, 8e-3, 5e-3, 2e-3, 1e-3];

describeBackends('AdamW', () => {
  it('moves weights as the algorithm in float64', async () => {
    const variable = tf.variable(tf.tensor2d(start, [3, 4]));
    const optimizer = new AdamW([{ name: 'w', variable }], settings);
    for (const [k, rate] of rates.entries()) {
      const g = tf.tensor2d(gradients[k]!, [3, 4]);
      optimizer.apply({ [variable.name]: g }, rate);
      g.dispose();
    }
    expect(await variable.data()).toBeAllclose(obvious(start, gradients, rates), { rtol: 2e-6 });
    optimizer.dispose();
    variable.dispose();
  });

  it('goes on from restored state bit by bit', async () => {
    const run = async (restoreAt: number): Promise<Float32Array> => {
      const variable = tf.variable(tf.tensor1d(start));
      let optimizer = new AdamW([{ name: 'w', variable }], settings);
      for (const [k, rate] of rates.entries()) {
        if (k === restoreAt) {
          const entries = [...optimizer.state()].map(async ([name, tensor]) => {
            return [name, { shape: tensor.shape, data: await tensor.data<'float32'>() }] as const;
          });
          const state = new Map(await Promise.all(entries));
          optimizer.dispose();
          optimizer = new AdamW([{ name: 'w', variable }], settings);
          optimizer.restore(k, state);
        }
        const g = tf.tensor1d(gradients[k]!);
        optimizer.apply({ [variable.name]: g }, rate);
        g.dispose();
      }
      const values = await variable.data<'float32'>();
      optimizer.dispose();
      variable.dispose();
      return values;
    };
    expect(await run(3)).toEqual(await run(-1));
  });

  it('decays only what has a gradient and refuses state that lacks a slot', async () => {
    const variable = tf.variable(tf.tensor1d(start));
    const optimizer = new AdamW([{ name: 'w', variable }], settings);
    optimizer.apply({}, 0.1);
    expect(await variable.data()).toEqual(start);
    expect(() => optimizer.restore(1, new Map())).toThrow("'w.m' is missing");
    optimizer.dispose();
    variable.dispose();
  });

  it('leaves no tensors behind', async () => {
    const variable = tf.variable(tf.tensor1d(start));
    await expectNoNewTensors(() => {
      const optimizer = new AdamW([{ name: 'w', variable }], settings);
      tf.tidy(() => optimizer.apply({ [variable.name]: tf.tensor1d(gradients[0]!) }, 0.01));
      optimizer.dispose();
    });
    variable.dispose();
  });
});

describe('createSchedule', () => {
  const length = { steps: 10, stepsPerEpoch: 4 };
  const cosine = { name: 'cosine', minimumLearningRate: 1e-8, per: 'step' } as const;

  it('follows CosineAnnealingLR of PyTorch (golden: trajectory)', () => {
    const { lr } = golden('trajectory').runs['Unet/resnet50@64'] as { lr: number[] };
    const rates = lr.map((_, step) => createSchedule(cosine, 1e-3, length)(step));
    expect(rates).toBeAllclose(lr, { rtol: 1e-12, atol: 0 });
  });

  it('changes once an epoch, over whole epochs', () => {
    const schedule = createSchedule({ ...cosine, per: 'epoch' }, 1, length);
    const rates = [0, 3, 4, 7, 8, 9].map(schedule);
    // 10 steps are 3 epochs of up to 4: (1 + cos(π·t/3))/2 for t = 0, 0, 1, 1, 2, 2.
    expect(rates).toBeAllclose([1, 1, 0.75, 0.75, 0.25, 0.25]);
  });

  it('stays where it is told to', () => {
    expect(createSchedule({ name: 'constant' }, 0.5, length)(9)).toBe(0.5);
  });
});
