import { expect, test } from 'vitest';
import { checkFinite } from '../src/training/check-finite.ts';

const tensors = (...values: number[]) =>
  new Map([
    ['first', { shape: [1], data: Float32Array.of(1) }],
    ['second', { shape: [values.length], data: Float32Array.from(values) }],
  ]);

test('a weight that is no longer a number is named, wherever it stands', () => {
  checkFinite(tensors(0, -1, 3e38), 'file');
  checkFinite(tensors(), 'file');
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    for (const values of [
      [bad, 1, 2],
      [1, bad, 2],
      [1, 2, bad],
    ]) {
      expect(() => checkFinite(tensors(...values), 'file')).toThrow(
        "'file' is not written, since 'second' has become infinite or NaN",
      );
    }
  }
});
