import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { random } from './against-cpu.ts';
import { counted, dense } from './counted.ts';

describe('`fit` of one batch size compiles at most three graphs', () => {
  const callbacks = {
    'without callbacks': {},
    'with one that returns nothing': { onBatchEnd: () => undefined },
    'with one that reads': {
      onBatchEnd: async (_batch: number, logs?: tfl.Logs) => void logs!['loss'],
    },
    'with one at the end of an epoch': { onEpochEnd: async () => undefined },
  };
  let width = 8;
  for (const [title, some] of Object.entries(callbacks)) {
    for (const samples of [320, 330]) {
      test(`${samples} samples, ${title}`, async () => {
        // Another number of samples is another structure, so that nothing is compiled already.
        const count = samples + 32 * width++;
        const model = dense();
        const [x, y] = [random([count, 8]), random([count, 1], 2)];
        const steps = 4 * Math.ceil(count / 32);
        const { compiles, runs } = await counted(() =>
          model.fit(x, y, { epochs: 4, batchSize: 32, verbose: 0, callbacks: some as never }),
        );
        expect(compiles).toBeLessThanOrEqual(3);
        // A step is a graph; the means of an epoch may be one more, and there is nothing else.
        expect(runs).toBeGreaterThanOrEqual(steps);
        expect(runs).toBeLessThanOrEqual(steps + 5);
      });
    }
  }

  // A last batch that is smaller is another batch size, with a graph of its own.
  const cases = {
    'one batch': { count: 150, validation: 30 },
    'many batches, and a smaller one': { count: 150, validation: 30 * 200 + 5 },
    'a smaller last batch of both': { count: 165, validation: 75 },
  };
  for (const [title, { count, validation }] of Object.entries(cases)) {
    for (const [how, some] of Object.entries(callbacks)) {
      for (const shuffle of [true, false]) {
        test(`with validation by ${title}, ${how}${shuffle ? '' : ', in order'}`, async () => {
          const extra = 10 * width++;
          const [x, y] = [random([count, 8 + extra]), random([count, 1], 2)];
          const [vx, vy] = [random([validation, 8 + extra]), random([validation, 1], 2)];
          const options = { epochs: 3, batchSize: 30, verbose: 0, shuffle } as const;
          const network = dense('adam', 8 + extra);
          const { compiles } = await counted(() =>
            network.fit(x, y, {
              ...options,
              validationData: [vx, vy],
              callbacks: some as never,
            }),
          );
          expect(compiles).toBeLessThanOrEqual(count % 30 === 0 ? 3 : 4);
        });
      }
    }
  }

  test('of a network with convolutions, weights that are reshaped, and dropout', async () => {
    const layers = [
      tfl.layers.conv1d({ inputShape: [12, 2], filters: 4, kernelSize: 3, activation: 'relu' }),
      tfl.layers.batchNormalization(),
      tfl.layers.maxPooling1d({ poolSize: 2 }),
      tfl.layers.dropout({ rate: 0.2 }),
      tfl.layers.flatten(),
      tfl.layers.dense({ units: 3, activation: 'softmax' }),
    ];
    const model = tfl.sequential({ layers });
    model.compile({ optimizer: 'rmsprop', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    const x = random([100, 12, 2]);
    const y = tf.oneHot(
      tf.cast(tf.tensor1d(Array.from({ length: 100 }, (_, i) => i % 3)), 'int32'),
      3,
    );
    const { compiles } = await counted(() =>
      model.fit(x, y, { epochs: 3, batchSize: 25, verbose: 0 }),
    );
    expect(compiles).toBeLessThanOrEqual(3);
  });

  for (const validates of [false, true]) {
    test(`\`fitDataset\`${validates ? ' with validation' : ''}`, async () => {
      const inputs = validates ? 9 : 8;
      const model = dense('adam', inputs);
      const [x, y] = [random([64, inputs]), random([64, 1], 2)];
      // What `tf.data` hands over, without that package.
      const dataset = {
        iterator: async () => {
          let at = 0;
          return {
            next: async () => {
              const begin = at++ * 16;
              if (begin >= 64) return { value: null, done: true };
              const [xs, ys] = [
                tf.slice(x, [begin, 0], [16, inputs]),
                tf.slice(y, [begin, 0], [16, 1]),
              ];
              return { value: { xs, ys }, done: false };
            },
          };
        },
      };
      const options = { epochs: 3, verbose: 0, ...(validates && { validationData: dataset }) };
      const { compiles } = await counted(() =>
        model.fitDataset(dataset as never, options as never),
      );
      expect(compiles).toBeLessThanOrEqual(3);
    });
  }
});
