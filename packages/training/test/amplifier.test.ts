import { uniform } from '@sts-net/testing';
import type { Sample } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { expect, it } from 'vitest';
import { createAmplifier } from '../src/samples/amplifier.ts';

const mask = ndarray(new Uint8Array(48 * 40), [48, 40]);
for (let i = 0; i < 16; i++) mask.set(20 + (i >> 2), 18 + (i & 3), 1);
const sample: Sample = {
  id: 'a_000',
  group: 'a',
  image: ndarray(uniform('image', 48 * 40), [48, 40, 1]),
  mask,
};
const slice = {
  one: { id: 'a', group: 'a', load: () => Promise.reject(new Error('not to be read')) },
  index: 0,
  lesionArea: 16,
  lesions: [],
  rows: 48,
  columns: 40,
};

it.each([
  [5, 10, 1],
  [6, 10, 5],
  [9, 10, 5],
  [10, 10, 1],
])('a lesion of %i pixels with the limit %i: %i items', (lesionArea, threshold, count) => {
  const { items } = createAmplifier({ method: 2, threshold }, [{ ...slice, lesionArea }], 1);
  expect(items).toHaveLength(count);
});

it('takes its limit from the statistics of the slices, N1 for method 1, else N2', () => {
  const slices = [30, 40].map((lesionArea) => ({ ...slice, lesionArea }));
  // Mean 35: N1 = 36, N2 = ⌈√18⌉² = 25.
  expect(createAmplifier({ method: 1 }, slices, 1).threshold).toBe(36);
  expect(createAmplifier({ method: 4 }, slices, 1).threshold).toBe(25);
});

it.each([
  [{ method: 'none' }, []],
  [{ method: 1 }, ['A1', 'A2', 'A3', 'A4']],
  [{ method: 3 }, ['A1', 'A2', 'A3', 'A4', 'A5', 'A6', 'A7', 'A8']],
  [{ method: 4 }, ['A1', 'A2', 'A3', 'A4', 'C']],
  [{ method: 4, extended: true }, [...Array.from({ length: 15 }, (_, i) => `A${i + 1}`), 'C']],
] as const)('%j: each training item is a copy of its own', (config, copies) => {
  const { items, sample: sampleOf } = createAmplifier({ threshold: 17, ...config }, [slice], 1);
  const ids = items.map((item) => sampleOf(sample, item).id);
  expect(ids).toEqual(['a_000', ...copies.map((copy) => `a_000_${copy}`)]);
});
