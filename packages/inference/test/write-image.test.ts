import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { emptyImages, type Normalization, wholeSample, writeImage } from '../src/index.ts';

const one = {
  scale: 1,
  offset: 0,
  low: Number.NEGATIVE_INFINITY,
  high: Number.POSITIVE_INFINITY,
  keepsZero: false,
};
const identity: Normalization = [one, one];

/** 3 × 4 pixels of two channels: 10·row + column + 1, and a thousand more. */
const pixels = Array.from({ length: 12 }, (_, i) => 10 * Math.floor(i / 4) + (i % 4) + 1);
const image = ndarray(Float32Array.from(pixels.flatMap((v) => [v, 1000 + v])), [3, 4, 2]);

/** What a window of 2 × 3 pixels at place 1 of two holds, channel by channel. */
function written(changes: Partial<typeof wholeSample>, of = image, rule = identity) {
  const batch = emptyImages({ count: 2, height: 2, width: 3, channels: 2 });
  writeImage(of, rule, { ...wholeSample, ...changes }, batch, 1);
  expect([...batch.images.subarray(0, 12)]).toEqual(new Array(12).fill(0));
  const own = [...batch.images.subarray(12)];
  return [own.filter((_, i) => i % 2 === 0), own.filter((_, i) => i % 2 === 1)];
}

describe('writeImage', () => {
  it.each([
    ['inside', { top: 1, left: 1 }, [12, 13, 14, 22, 23, 24]],
    ['above and to the left', { top: -1, left: -1 }, [0, 0, 0, 0, 1, 2]],
    ['below and to the right', { top: 2, left: 2 }, [23, 24, 0, 0, 0, 0]],
    ['far away', { top: 3, left: -3 }, [0, 0, 0, 0, 0, 0]],
    ['rows mirrored', { top: 1, left: 1, flipRows: true }, [22, 23, 24, 12, 13, 14]],
    ['columns mirrored', { top: 0, left: 1, flipColumns: true }, [4, 3, 2, 14, 13, 12]],
    [
      'both, beyond the edge',
      { top: -1, left: 2, flipRows: true, flipColumns: true },
      [0, 4, 3, 0, 0, 0],
    ],
  ])('a window %s, by hand', (_, window, expected) => {
    const [first, second] = written(window);
    expect(first).toEqual(expected);
    expect(second).toEqual(expected.map((v) => (v === 0 ? 0 : v + 1000)));
  });

  it('reads views by their strides', () => {
    const turned = ndarray(image.data, [4, 3, 2], [2, 8, 1]);
    expect(written({ top: 2, left: 1 }, turned)[0]).toEqual([13, 23, 0, 14, 24, 0]);
  });

  it('normalises each channel by its own numbers, and keeps zeros if told to', () => {
    const zero = ndarray(Float32Array.of(0, 4), [1, 1, 2]);
    const [first, second] = [
      { ...one, scale: 2, offset: 5 },
      { ...one, scale: 3, offset: 7 },
    ];
    expect(written({}, zero, [first, second]).map(([value]) => value)).toEqual([5, 19]);
    const kept = written({}, zero, [{ ...first, keepsZero: true }, second]);
    expect(kept.map(([value]) => value)).toEqual([0, 19]);
    const limited = written({}, zero, [
      { ...first, low: 1 },
      { ...second, high: 2 },
    ]);
    expect(limited.map(([value]) => value)).toEqual([7, 13]);
  });
});
