import ndarray from 'ndarray';
import { describe, expect, test } from 'vitest';
import { lesionStatistics } from '../src/index.ts';

describe('lesionStatistics', () => {
  const mask = (area: number) =>
    ndarray(
      Uint8Array.from({ length: 2500 }, (_, i) => (i < area ? 255 : 0)),
      [50, 50],
    );

  test('the paper’s limits: a mean area of 1990 gives N1 = 45² and N2 = 32²', () => {
    const statistics = lesionStatistics([mask(1980), mask(0), mask(2000)]);
    expect(statistics).toEqual({
      slices: 3,
      slicesWithLesion: 2,
      totalArea: 3980,
      areas: [1980, 2000],
      n1: 2025,
      n2: 1024,
    });
  });

  test('a mean that is a square is not rounded up (hand calculation)', () => {
    expect(lesionStatistics([mask(2025)])).toMatchObject({ n1: 2025, n2: 1024 });
    expect(lesionStatistics([mask(16), mask(17)])).toMatchObject({ n1: 25, n2: 16 });
  });

  test('no lesion, no masks: limits of 0', () => {
    expect(lesionStatistics([mask(0)])).toMatchObject({ slicesWithLesion: 0, n1: 0, n2: 0 });
    expect(lesionStatistics([])).toMatchObject({ slices: 0, totalArea: 0, n1: 0, n2: 0 });
  });

  test('reads masks once, one after the other', () => {
    function* masks() {
      for (let i = 0; i < 3; i++) yield mask(4);
    }
    expect(lesionStatistics(masks()).totalArea).toBe(12);
  });

  test('a mask of another rank is an error', () => {
    expect(() => lesionStatistics([ndarray(new Uint8Array(8), [2, 2, 2])])).toThrow(
      /mask 0 must have shape \[row, column\], got \[2, 2, 2\]/,
    );
  });
});
