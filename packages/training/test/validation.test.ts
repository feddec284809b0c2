import type { Normalization, Predictor } from '@sts-net/inference';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { createValidation, type TrainingCase } from '../src/index.ts';

const identity: Normalization = [
  {
    scale: 1,
    offset: 0,
    low: Number.NEGATIVE_INFINITY,
    high: Number.POSITIVE_INFINITY,
    keepsZero: false,
  },
];

/** A case of slices of 1 × 2 pixels; the first pixel is its slice's number, the second the lesion. */
function caseOf(id: string, first: number, count: number): TrainingCase {
  const samples = Array.from({ length: count }, (_, i) => ({
    id: `${id}_${i}`,
    group: id,
    image: ndarray(Float32Array.of(first + i, 1), [1, 2, 1]),
    mask: ndarray(Uint8Array.of(0, 1), [1, 2]),
  }));
  return { id, group: id, load: async () => ({ samples, normalization: identity }) };
}

/** Remembers the numbers of the slices that it is given; finds the second pixel of every other one. */
function witness(): { predictor: Predictor; seen: number[] } {
  const seen: number[] = [];
  const predictor: Predictor = {
    channels: 1,
    classes: 2,
    async predict(images, [batch]) {
      const probabilities = new Float32Array(batch * 4);
      for (let b = 0; b < batch; b++) {
        const number = images[2 * b]!;
        seen.push(number);
        probabilities.set(number % 2 === 0 ? [1, 0, 0, 1] : [1, 0, 1, 0], 4 * b);
      }
      return probabilities;
    },
  };
  return { predictor, seen };
}

const cases = [caseOf('a', 0, 6), caseOf('b', 6, 4)];

describe('createValidation', () => {
  it.each([
    [undefined, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    [2, [2, 7]],
    [3, [1, 5, 8]],
    [1, [5]],
    [20, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ])('looks at %s slices in the middles of equal parts: %j', async (slices, expected) => {
    const validate = await createValidation(cases, { score: 'dice', slices, batchSize: 3 });
    const { predictor, seen } = witness();
    await validate(predictor);
    expect(seen).toEqual(expected);
  });

  it('scores by name, or by a score of the caller’s own', async () => {
    // Half of ten lesions is found, with nothing else: Dice 2·5 / (5 + 10).
    const dice = await createValidation(cases, { score: 'dice', batchSize: 4 });
    expect(await dice(witness().predictor)).toBeCloseTo(2 / 3);
    let count = 0;
    const own = { create: () => ({ add: () => void count++, result: () => count }) };
    const counted = await createValidation(cases, { score: own, batchSize: 4 });
    expect(await counted(witness().predictor)).toBe(10);
  });

  it('refuses slices without any lesion', async () => {
    const healthy: TrainingCase = {
      ...cases[0]!,
      load: async () => {
        const { samples } = await cases[0]!.load();
        const none = ndarray(new Uint8Array(2), [1, 2]);
        return { samples: samples.map((one) => ({ ...one, mask: none })), normalization: identity };
      },
    };
    await expect(createValidation([healthy], { score: 'dice', batchSize: 4 })).rejects.toThrow(
      'must hold a lesion somewhere, got none in a',
    );
  });
});
