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
  rows: 48,
  columns: 40,
};

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
