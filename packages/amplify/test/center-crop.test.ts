import ndarray from 'ndarray';
import { describe, expect, test } from 'vitest';
import { amplify, centerCrop, resizeNearest } from '../src/index.ts';
import { elements, sampleOf, square } from './samples.ts';

describe('centre crop', () => {
  /** The box, read off a crop of an image of coordinates: bilinear clamps at its corners. */
  const boxOf = (
    size: number,
    lesion: (row: number, column: number) => boolean,
    random: () => number,
  ) => {
    const sample = sampleOf(size, size, 2, lesion);
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        sample.image.set(row, column, 0, row);
        sample.image.set(row, column, 1, column);
      }
    }
    const crop = centerCrop(sample, { random });
    if (crop === undefined) return undefined;
    const at = (row: number, column: number, channel: number) =>
      crop.image.get(row, column, channel);
    return {
      rows: [at(0, 0, 0), at(size - 1, 0, 0) + 1],
      columns: [at(0, 0, 1), at(0, size - 1, 1) + 1],
    };
  };
  const draws = (...values: number[]) => {
    let next = 0;
    return () => values[next++]!;
  };

  test('at 480 pixels half sides are whole numbers from 150 to 160, both included', () => {
    // A 9×9 square grows to 10×10: rows 200–209, so the centre is ⌊409 / 2⌋ = 204.
    const lesion = square(200, 220, 9);
    expect(boxOf(480, lesion, draws(0, 0))).toEqual({ rows: [54, 354], columns: [74, 374] });
    expect(boxOf(480, lesion, draws(0.9999, 0))).toEqual({ rows: [44, 364], columns: [74, 374] });
    expect(boxOf(480, lesion, draws(0, 0.9999))).toEqual({ rows: [54, 354], columns: [64, 384] });
    expect(boxOf(480, lesion, draws(0.5, 0.0909))).toEqual({ rows: [49, 359], columns: [74, 374] });
    expect(boxOf(480, lesion, draws(0.5, 0.091))).toEqual({ rows: [49, 359], columns: [73, 375] });
  });

  test('near a border the box stays centred and becomes smaller', () => {
    expect(boxOf(480, square(20, 450, 9), draws(0, 0))).toEqual({
      rows: [0, 48],
      columns: [428, 480],
    });
    expect(boxOf(480, square(440, 10, 9), draws(0, 0))).toEqual({
      rows: [408, 480],
      columns: [0, 28],
    });
  });

  test('the mask in the crop is the dilated one', () => {
    const sample = sampleOf(96, 96, 1, square(40, 40, 3));
    const crop = centerCrop(sample, { random: () => 0, halfSize: [0.5, 0.5] })!;
    // The centre is ⌊(40 + 43) / 2⌋ = 41, so the box is rows and columns 0–82.
    const expected = ndarray(new Uint8Array(82 * 82), [82, 82]);
    for (let row = 40; row < 44; row++) {
      for (let column = 40; column < 44; column++) expected.set(row, column, 1);
    }
    expect(elements(crop.mask)).toEqual(elements(resizeNearest(expected, [96, 96])));
  });

  test('a lesion on the border is skipped and reported', () => {
    const sample = sampleOf(96, 96, 1, (row, column) => row === 0 && column > 30 && column < 40);
    const skipped: { id: string; reason: string }[] = [];
    const copies = [...amplify(sample, { method: 4, onSkip: (skip) => skipped.push(skip) })];
    expect(copies.map(({ id }) => id)).not.toContain('case_007_C');
    expect(copies).toHaveLength(5);
    expect(skipped).toEqual([
      { id: 'case_007_C', reason: 'the centre of the lesion is on the border of the image' },
    ]);
  });

  test('no lesion, no crop', () => {
    expect(
      centerCrop(
        sampleOf(9, 9, 1, () => false),
        { random: () => 0 },
      ),
    ).toBeUndefined();
  });
});
