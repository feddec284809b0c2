import { describeBackends, nchwValues, signedNchw } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { PairOptions } from '../src/index.ts';
import { goldenModel } from './golden-models.ts';

/** Logits of a model on the recipe's image of one batch. */
export interface LogitsReference {
  readonly mean: number;
  readonly std: number;
  /** `[class, row, column, value]`. */
  readonly samples: readonly (readonly [number, number, number, number])[];
}

/** Holds models against their reference logits, which are listed as `name@size`. */
export function describeGoldenLogits(
  references: Readonly<Record<string, LogitsReference>>,
  options: Partial<PairOptions> = {},
): void {
  const sizesOf = new Map<string, number[]>();
  for (const key of Object.keys(references)) {
    const [name, size] = key.split('@') as [string, string];
    sizesOf.set(name, [...(sizesOf.get(name) ?? []), Number(size)]);
  }
  describeBackends('inference', () => {
    describe.each([...sizesOf])('%s', (name, sizes) => {
      test(`golden logits, to 1e-4 of their deviation, and no tensor left, at ${sizes.join(' and ')} pixels`, async () => {
        const model = goldenModel(name, options);
        for (const size of sizes) {
          const { std, mean, samples } = references[`${name}@${size}`]!;
          const x = signedNchw('input', [1, 3, size, size]);
          const { numTensors } = tf.memory();
          const y = model.predict(x) as tf.Tensor4D;
          expect(tf.memory().numTensors, 'tensors left by a prediction').toBe(numTensors + 1);
          const values = await nchwValues(y);
          const tolerance = { rtol: 0, atol: 1e-4 * std };
          const received = samples.map(
            ([c, row, column]) => values[(c * size + row) * size + column]!,
          );
          expect(received).toBeAllclose(
            samples.map(([, , , value]) => value),
            tolerance,
          );
          const average = values.reduce((a, v) => a + v, 0) / values.length;
          const variance = values.reduce((a, v) => a + (v - average) ** 2, 0) / values.length;
          expect([average, Math.sqrt(variance)]).toBeAllclose([mean, std], tolerance);
          x.dispose();
          y.dispose();
        }
        model.dispose();
      });
    });
  }, ['wasm']);
}
