import { uniform } from '@sts-net/testing';
import ndarray, { type NdArray } from 'ndarray';
import { describe, expect, it } from 'vitest';
import { alikePairs, isAlike } from '../src/images/alike.ts';
import { type Print, parsePrint, printOf, printText } from '../src/images/print.ts';
import type { ManifestItem } from '../src/manifest/manifest-item.ts';
import { joinGroups } from '../src/prepare/item-collection.ts';

/** An image of 64 × 96 pixels, of blots that are larger than the cells of a print. */
function blots(
  seed: string,
  change: (value: number) => number = (value) => value,
): NdArray<Float32Array> {
  const coarse = uniform(seed, 8 * 12);
  const pixels = Float32Array.from({ length: 64 * 96 }, (_, i) => {
    const [row, column] = [Math.floor(i / 96), i % 96];
    return change(255 * coarse[Math.floor(row / 8) * 12 + Math.floor(column / 8)]!);
  });
  return ndarray(pixels, [1, 64, 96]);
}

/** Every second row and column. */
const halved = ({ data }: NdArray<Float32Array>) => ndarray(data, [1, 32, 48], [0, 192, 2]);

const pairs = (...prints: Print[]) => [...alikePairs(prints)];

describe('images that are alike', () => {
  it('are so at another size, brightness and contrast, and with a mark on them (property)', () => {
    const image = blots('a');
    const marked = ndarray(image.data.slice(), [1, 64, 96]);
    for (let i = 0; i < 6; i++) marked.set(0, 30, 40 + i, 255);
    const same = [image, halved(image), blots('a', (value) => 0.5 * value + 40), marked];
    expect(pairs(...same.map(printOf))).toHaveLength(6);
  });

  it('are not two of noise, nor two that are all of one grey (property)', () => {
    const others = ['a', 'b', 'c', 'd', 'e'].map((seed) => blots(seed));
    expect(pairs(...others.map(printOf))).toEqual([]);
    const flat = ndarray(new Float32Array(12).fill(7), [1, 3, 4]);
    expect(pairs(printOf(flat), printOf(flat))).toEqual([]);
  });

  it('become one group with all that they are linked to', () => {
    const items = ['p', 'q', 'q', 'r', 's'].map((group, i) => ({ id: String(i), group }));
    const prints = ['a', 'a', 'b', 'b', 'c'].map((seed) => printOf(blots(seed)));
    const grouped = joinGroups(items as unknown as ManifestItem[], alikePairs(prints));
    expect(grouped.map(({ group }) => group)).toEqual(['p', 'p', 'p', 'p', 's']);
  });

  it('are compared by the differences between neighbouring cells (slow obvious print)', () => {
    const seeds = ['a', 'b', 'c', 'd', 'e', 'f'];
    const images = [...seeds.map((seed) => blots(seed)), blots('a', (v) => v + (v > 128 ? 40 : 0))];
    for (const one of images) {
      for (const other of images) {
        const expected = cosine(differences(one), differences(other));
        const actual = cosine([...printOf(one)], [...printOf(other)]);
        expect(Math.abs(actual - expected)).toBeLessThan(2e-3);
      }
    }
  });

  it('have prints that a manifest keeps as they are', () => {
    const print = printOf(blots('a'));
    expect(parsePrint(printText(print))).toEqual(print);
    expect(printText(print)).toMatch(/^[A-Za-z0-9+/]{340}$/);
  });
});

/** Differences between neighbouring ones of 16 × 16 means. */
function differences(image: NdArray<Float32Array>): number[] {
  const [, rows, columns] = image.shape as [number, number, number];
  const mean = (cellRow: number, cellColumn: number) => {
    let sum = 0;
    for (let r = 0; r < rows / 16; r++) {
      for (let c = 0; c < columns / 16; c++) {
        sum += image.get(0, (cellRow * rows) / 16 + r, (cellColumn * columns) / 16 + c);
      }
    }
    return sum;
  };
  return Array.from({ length: 256 }, (_, i) => [Math.floor(i / 16), i % 16] as const).flatMap(
    ([row, column]) => [
      ...(column < 15 ? [mean(row, column + 1) - mean(row, column)] : []),
      ...(row < 15 ? [mean(row + 1, column) - mean(row, column)] : []),
    ],
  );
}

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]) =>
    x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

describe('pairs among many', () => {
  /** Prints of numbers drawn independently, which are never alike; every second one may be like the one before. */
  function manyPrints(count: number): Print[] {
    const numbers = uniform('prints', 255 * count);
    return Array.from({ length: count }, (_, i) => {
      const own = (k: number) => numbers[255 * i + k]! - 0.5;
      // Correlations with the one before from 0.93 on, most of them just above the threshold.
      const share = i % 2 === 0 ? 1 : 0.001 * ((i * 37) % 401);
      const before = (k: number) => numbers[255 * (i - 1) + k]! - 0.5;
      return Int8Array.from({ length: 255 }, (_k, k) =>
        Math.round(180 * (share === 1 ? own(k) : before(k) + share * own(k))),
      );
    });
  }

  it.each([100, 9000])('are found all and in order, of %i (those that were made)', (count) => {
    const prints = manyPrints(count);
    const expected = prints.flatMap((_, i) =>
      i % 2 === 1 && isAlike(prints[i - 1]!, prints[i]!) ? [[i - 1, i]] : [],
    );
    expect(expected.length).toBeGreaterThan(count / 3);
    expect(expected.length).toBeLessThan(count / 2);
    expect(alikePairs(prints)).toEqual(expected);
  });

  it('are found where all are alike, and where none shows anything', () => {
    const same = Array.from({ length: 60 }, () => printOf(blots('a')));
    expect(alikePairs(same)).toHaveLength((60 * 59) / 2);
    expect(alikePairs(same.map(() => new Int8Array(255)))).toEqual([]);
    expect(alikePairs([same[0]!])).toEqual([]);
    expect(alikePairs([])).toEqual([]);
  });
});
