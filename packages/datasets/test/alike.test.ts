import { uniform } from '@sts-net/testing';
import ndarray, { type NdArray } from 'ndarray';
import { describe, expect, it } from 'vitest';
import { alikePairs, type Print, printOf } from '../src/images/alike.ts';
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
});
