import ndarray, { type NdArray } from 'ndarray';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  compact,
  flipHorizontal,
  flipVertical,
  resizeBilinear,
  type Sample,
} from '../src/index.ts';
import { elements, sampleOf } from './samples.ts';

const sample = sampleOf(7, 9, 3, (row, column) => row > 2 && column < 4);

/** Views of images in the layouts that volumes, flips and crops make, each with its mask. */
function layouts(): [string, Sample][] {
  const planes = ndarray(
    Float32Array.from({ length: 3 * 7 * 9 }, (_, i) => i),
    [3, 7, 9],
  );
  const wide = sampleOf(14, 27, 3, (row, column) => (row + column) % 3 === 0);
  const part = <T extends Float32Array | Uint8Array>(array: NdArray<T>, ...rest: number[]) =>
    array.lo(3, 5, ...rest.map(() => 0)).hi(7, 9, ...rest);
  const crop = { ...wide, image: part(wide.image, 3), mask: part(wide.mask) };
  return [
    ['C order', sample],
    ['flipped vertically', flipVertical(sample)],
    ['flipped horizontally', flipHorizontal(sample)],
    ['flipped both ways', flipVertical(flipHorizontal(sample))],
    ['slices of a volume', { ...sample, image: planes.transpose(1, 2, 0) }],
    ['slices, flipped', flipHorizontal({ ...sample, image: planes.transpose(1, 2, 0) })],
    ['a part of an image', crop],
    ['a part, flipped', flipHorizontal(crop)],
    [
      'every third column',
      { ...sample, image: wide.image.step(2, 3, 1), mask: wide.mask.step(2, 3) },
    ],
  ];
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

describe.each(layouts())('an image in memory as %s', (_, view) => {
  test('compact: the same elements in C order, in arrays of its own', () => {
    const result = compact(view);
    expect([...result.image.data]).toEqual(elements(view.image));
    expect([...result.mask.data]).toEqual(elements(view.mask));
    expect(result.image.data.buffer).not.toBe(view.image.data.buffer);
    expect({ id: result.id, group: result.group }).toEqual({ id: view.id, group: view.group });
  });

  test('WebAssembly and JavaScript give the same bits', async () => {
    const sizes = [
      [7, 9],
      [11, 20],
      [3, 4],
      [1, 1],
      [40, 300],
    ] as const;
    const native = await import('../src/index.ts');
    const expected = sizes.map((size) => native.resizeBilinear(view.image, size).data);
    vi.resetModules();
    vi.stubGlobal('WebAssembly', undefined);
    const plain = await import('../src/index.ts');
    expect(sizes.map((size) => plain.resizeBilinear(view.image, size).data)).toEqual(expected);
    expect([...plain.compact(view).image.data]).toEqual(elements(view.image));
  });
});

test('images larger than are resized in one go: to their own size they stay as they are', () => {
  const large = sampleOf(300, 500, 3, () => false);
  for (const { image, mask } of [large, flipVertical(large), flipHorizontal(large)]) {
    const { data } = resizeBilinear(image.lo(1, 2, 0), [299, 498]);
    expect(data).toEqual(
      compact({ ...large, image: image.lo(1, 2, 0), mask: mask.lo(1, 2) }).image.data,
    );
  }
});

test('a large image made tiny: rows between those that are needed are passed over (by hand)', () => {
  const large = sampleOf(2001, 300, 2, () => false);
  const { data } = resizeBilinear(large.image, [1, 1]);
  // The middle of an odd number of rows is a pixel; of an even number of columns it is between two.
  const [left, right] = [149, 150].map((column) =>
    [0, 1].map((k) => large.image.get(1000, column, k)),
  );
  expect(data).toBeAllclose(
    [0, 1].map((k) => (left![k]! + right![k]!) / 2),
    { atol: 1e-6 },
  );
  const { data: five } = resizeBilinear(large.image, [5, 300]);
  const rows = [0, 1, 2, 3, 4].map((i) => (i + 0.5) * 400.2 - 0.5);
  const expected = rows.flatMap((at) =>
    Array.from({ length: 600 }, (_, i) => {
      const [low, weight] = [Math.floor(at), at - Math.floor(at)];
      const value = (row: number) => large.image.get(row, i >> 1, i & 1);
      return value(low) * (1 - weight) + value(low + 1) * weight;
    }),
  );
  expect(five).toBeAllclose(expected, { atol: 1e-3 });
});
