import { describe, expect, test } from 'vitest';
import {
  type AmplificationMethod,
  amplifiedCopy,
  amplify,
  areaLimit,
  type CopyOptions,
  copyNames,
  isAmplified,
  type Sample,
} from '../src/index.ts';
import { elements, sampleOf, square } from './samples.ts';

const small = sampleOf(60, 80, 3, square(20, 30, 10));
const atTheBorder = sampleOf(60, 80, 1, (row, column) => row === 0 && column >= 30 && column < 38);

const kinds = [1, 2, 3, 4].flatMap((method) =>
  [false, true].map((extended) => ({ method: method as AmplificationMethod, extended })),
);

/** Everything that a copy is, with its arrays written out. */
const contents = ({ image, mask, ...rest }: Sample) => ({
  ...rest,
  image: [image.shape, elements(image)],
  mask: [mask.shape, elements(mask)],
});

describe.each(kinds)('method $method, extended: $extended', (kind) => {
  test('amplifiedCopy makes what amplify makes, in any order; copyNames lists it', () => {
    const options: CopyOptions = { ...kind, seed: 3, margin: 0.1, halfSize: [0.2, 0.4] };
    const expected = [...amplify(small, { ...options, threshold: 1000 })].slice(1);
    const names = copyNames(kind);
    expect(names).toEqual(expected.map(({ operation }) => operation));
    const received = names
      .toReversed()
      .map((name) => amplifiedCopy(small, name, options)!)
      .toReversed();
    expect(received.map(contents)).toEqual(expected.map(contents));
  });
});

test('a centre crop that cannot be made is undefined, and amplify goes on without it', () => {
  const skipped: string[] = [];
  const made = amplify(atTheBorder, { method: 4, onSkip: ({ id }) => skipped.push(id) });
  expect([...made]).toHaveLength(5);
  expect(skipped).toEqual([`${atTheBorder.id}_C`]);
  expect(amplifiedCopy(atTheBorder, 'C', { method: 4 })).toBeUndefined();
});

test('names by hand: 4, 4, 8 and 4 standard copies, 15 in the extended set, a centre crop for method 4', () => {
  const counts = kinds.map((kind) => copyNames(kind).length);
  expect(counts).toEqual([4, 15, 4, 15, 8, 15, 5, 16]);
  expect(copyNames({ method: 4 })).toEqual(['A1', 'A2', 'A3', 'A4', 'C']);
});

test('limits: N1 for method 1, N2 otherwise, the paper’s by default; both ends are exclusive', () => {
  const threshold = { n1: 200, n2: 100 };
  expect(kinds.map(({ method }) => areaLimit({ method, threshold }))).toEqual([
    200, 200, 100, 100, 100, 100, 100, 100,
  ]);
  expect([areaLimit({ method: 1 }), areaLimit({ method: 4 })]).toEqual([2025, 1024]);
  expect(areaLimit({ method: 1, threshold: 7 })).toBe(7);
  expect([5, 6, 99, 100].map((area) => isAmplified(area, 100))).toEqual([false, true, true, false]);
});

test('wrong options name the function, what is required and what came', () => {
  expect(() => copyNames({ method: 5 as 4 })).toThrow(
    '`copyNames`: `method` must be 1, 2, 3 or 4, got 5',
  );
  expect(() => areaLimit({ method: 2, threshold: -1 })).toThrow(/`areaLimit`: `threshold` must be/);
  expect(() => amplifiedCopy(small, 'C', { method: 2 })).toThrow(
    "`amplifiedCopy`: `operation` must be one of A1, A2, A3, A4 for method 2, got 'C'",
  );
  expect(() => amplifiedCopy(small, 'A16', { method: 1, extended: true })).toThrow(
    /for method 1, extended, got 'A16'/,
  );
  expect(() => amplifiedCopy(small, 'A1', { method: 1, margin: 0.5 })).toThrow(
    /`amplifiedCopy`: `margin`/,
  );
  const other = { ...small, mask: atTheBorder.mask.hi(10, 10) };
  expect(() => amplifiedCopy(other, 'A1', { method: 1 })).toThrow(/`amplifiedCopy`: the mask of/);
});
