import { signed } from '@sts-net/testing';
import { expect, test } from 'vitest';
import { alikePairs, isAlike } from '../src/images/alike.ts';
import { type Print, printLength } from '../src/images/print.ts';

/**
 * Prints of images in families: what is common to all, to a family, and to one alone, with fewer of the
 * high frequencies, as in pictures.
 */
function families(count: number): Print[] {
  const [common = [], ...others] = Array.from({ length: 1 + count / 20 + count }, (_, i) =>
    signed(`family ${i}`, printLength),
  );
  return Array.from({ length: count }, (_, i) => {
    const family = others[i % (count / 20)]!;
    const own = others[count / 20 + i]!;
    const share = 0.1 + 0.02 * (i % 17);
    const values = Float64Array.from({ length: printLength }, (_k, k) => {
      const weight = 1 / (1 + k / 30);
      return weight * (0.4 * common[k]! + family[k]! + share * own[k]!);
    });
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return Int8Array.from(values, (value) => Math.round((127 * value) / largest));
  });
}

test('the pairs are those that comparing each with each finds', () => {
  const prints = families(4000);
  const expected: (readonly [number, number])[] = [];
  for (let i = 0; i < prints.length; i++) {
    for (let j = i + 1; j < prints.length; j++) {
      if (isAlike(prints[i]!, prints[j]!)) expected.push([i, j]);
    }
  }
  expect(expected.length).toBeGreaterThan(10_000);
  expect(alikePairs(prints)).toEqual(expected);
}, 120_000);
