import ndarray, { type NdArray } from 'ndarray';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  amplify,
  compact,
  flipHorizontal,
  flipVertical,
  imageArrays,
  resizeBilinear,
  type Sample,
} from '../src/index.ts';
import { elements, sampleOf, square } from './samples.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

const views: [string, (image: Sample) => Sample][] = [
  ['as it lies', (sample) => sample],
  ['flipped vertically', flipVertical],
  ['flipped horizontally', flipHorizontal],
  ['flipped both ways', (sample) => flipVertical(flipHorizontal(sample))],
  ['a part', part],
  ['a part, flipped', (sample) => flipHorizontal(flipVertical(part(sample)))],
  ['every second pixel', everySecond],
];

function part(sample: Sample): Sample {
  const cut = <T extends Float32Array | Uint8Array>(array: NdArray<T>, ...more: number[]) =>
    array.lo(3, 5, ...more.map(() => 0)).hi(17, 21, ...more);
  return { ...sample, image: cut(sample.image, sample.image.shape[2]!), mask: cut(sample.mask) };
}

function everySecond({ image, mask, ...rest }: Sample): Sample {
  return { ...rest, image: image.step(2, 2, 1), mask: mask.step(2, 2) };
}

/** The sample with its image in `array`. */
function placed(sample: Sample, array: Float32Array): Sample {
  array.set(sample.image.data);
  return { ...sample, image: ndarray(array, sample.image.shape) };
}

describe.each([1, 2, 3, 5])('an image of %d channels', (channels) => {
  const sample = sampleOf(29, 31, channels, square(3, 4, 9));

  test.each(views)('%s: the same bits wherever it and the result lie', (_, view) => {
    const { image } = view(sample);
    const { length } = sample.image.data;
    const size = [29, 31] as const;
    const resized = resizeBilinear(image, size).data;
    const packed = elements(image);
    const [own, other, behind] = imageArrays(3, length) as [Float32Array, ...Float32Array[]];
    const [apart] = imageArrays(1, length) as [Float32Array];
    for (const array of [own, apart, new Float32Array(length)]) {
      const there = view(placed(sample, array));
      behind!.fill(7);
      const result = resizeBilinear(there.image, size, { lend: () => other! });
      expect(result.data).toBe(other);
      expect(result.data).toEqual(resized);
      expect(resizeBilinear(there.image, size).data).toEqual(resized);
      const [small] = imageArrays(1, packed.length) as [Float32Array];
      const lend = (wanted: number) => (wanted === length ? other! : small);
      expect([...compact(there, { lend }).image.data]).toEqual(packed);
      expect([...compact(there).image.data]).toEqual(packed);
      // Kernels write some numbers beyond their rows.
      expect(new Set(behind)).toEqual(new Set([7]));
      expect(array).toEqual(sample.image.data);
    }
  });
});

test('amplify: the same samples in arrays of one memory', () => {
  // Worked on in more than one piece.
  const sample = sampleOf(160, 150, 3, square(40, 30, 10));
  const options = { method: 4, threshold: 101, seed: 3 } as const;
  const expected = [...amplify(sample, options)].map(({ image }) => elements(image));
  const [own, lent] = imageArrays(2, sample.image.size) as [Float32Array, Float32Array];
  const copies = amplify(placed(sample, own), { ...options, lend: () => lent });
  let count = 0;
  for (const { image } of copies) expect(elements(image)).toEqual(expected[count++]);
  expect(count).toBe(6);
});

test('rows too long for the memory beside the arrays', () => {
  const { image } = sampleOf(2, 100_000, 3, () => false);
  const [own, lent] = imageArrays(2, image.size) as [Float32Array, Float32Array];
  own.set(image.data);
  const half = [1, 200_000] as const;
  const result = resizeBilinear(ndarray(own, image.shape), half, { lend: () => lent });
  expect(result.data).toEqual(resizeBilinear(image, half).data);
});

test('they are zeros, of the length that was asked for, and of whatever kind there is', async () => {
  expect(imageArrays(2, 5)).toEqual([new Float32Array(5), new Float32Array(5)]);
  vi.stubGlobal('WebAssembly', undefined);
  vi.resetModules();
  const plain = await import('../src/index.ts');
  const [own, lent] = plain.imageArrays(2, 12) as [Float32Array, Float32Array];
  own.set([...own.keys()]);
  const image = ndarray(own, [2, 2, 3]);
  expect(plain.resizeBilinear(image, [2, 2], { lend: () => lent }).data).toEqual(own);
});

test.each([
  [0, 5],
  [1, -1],
  [1.5, 5],
  [Number.NaN, 5],
])('%d arrays of %d numbers are refused', (count, length) => {
  expect(() => imageArrays(count, length)).toThrow(/`imageArrays`: `(count|length)` must be/);
});
