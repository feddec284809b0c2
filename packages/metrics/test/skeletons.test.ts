import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { mulberry32 } from '@sts-net/testing';
import { describe, expect, test } from 'vitest';
import { connectedComponents } from '../src/index.ts';
import { centrelineDice, skeletonize } from '../src/overlap/index.ts';
import { cases, reference } from './reference.ts';

const rows = [...reference('skeletons').values()];

describe('equal to scikit-image', () => {
  test.each(rows.filter(({ skeletons }) => skeletons))('$name', (row) => {
    const { prediction, truth } = cases.get(row.name)!;
    for (const [k, mask] of [prediction, truth].entries()) {
      const skeleton = skeletonize(mask);
      const { labels } = connectedComponents(mask);
      const { lost, pixels, digest } = row.skeletons[k];
      const held = new Set(labels.filter((_, i) => skeleton[i] === 1));
      expect(lost.filter((label: number) => !held.has(label))).toEqual([]);
      const kept = skeleton.map((one, i) => (lost.includes(labels[i]) ? 0 : one));
      expect(kept.reduce((sum, one) => sum + one, 0)).toBe(pixels);
      expect(createHash('sha256').update(kept).digest('hex').slice(0, 16)).toBe(digest);
    }
    if (row.centrelineDice === undefined) return;
    expect(centrelineDice(prediction, truth)).toBeCloseTo(row.centrelineDice, 12);
  });

  test.each(rows.filter(({ skeleton }) => skeleton))('$name', ({ mask, skeleton, shape }) => {
    const unpacked = (packed: string) => new Uint8Array(inflateSync(Buffer.from(packed, 'base64')));
    expect([...skeletonize({ data: unpacked(mask), shape })]).toEqual([...unpacked(skeleton)]);
  });
});

test('a skeleton keeps the parts and the holes of its mask, and is its own skeleton', () => {
  const random = mulberry32(4);
  for (const shape of [
    [1, 1],
    [24, 31],
    [1, 20],
    [7, 12, 11],
    [1, 9, 14],
    [2, 2, 2],
    [4, 4],
    [3, 4, 5],
  ]) {
    for (const share of [0.2, 0.5, 0.8, 1]) {
      const data = Uint8Array.from({ length: shape.reduce((a, b) => a * b) }, () =>
        random() < share ? 1 : 0,
      );
      const skeleton = skeletonize({ data, shape });
      expect(skeleton.every((one, i) => one <= data[i]!)).toBe(true);
      expect(parts(skeleton, shape)).toEqual(parts(data, shape));
      expect(skeletonize({ data: skeleton, shape })).toEqual(skeleton);
    }
  }
});

/** How many components a mask has, and its background with a border all around. */
function parts(mask: Uint8Array, shape: readonly number[]): number[] {
  const size = shape.map((length) => length + 2);
  const background = new Uint8Array(size.reduce((a, b) => a * b)).fill(1);
  for (const [i, one] of mask.entries()) {
    let [rest, at, step] = [i, 0, 1];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += ((rest % shape[axis]!) + 1) * step;
      rest = Math.floor(rest / shape[axis]!);
      step *= size[axis]!;
    }
    background[at] = 1 - one;
  }
  const outside = connectedComponents(
    { data: background, shape: size },
    { connectivity: shape.length === 2 ? 4 : 6 },
  );
  return [connectedComponents({ data: mask, shape }).count, outside.count];
}

describe('centreline Dice', () => {
  const line = (...columns: number[]) => ({
    data: Uint8Array.from({ length: 45 }, (_, i) =>
      columns.includes(i % 15) && Math.floor(i / 15) === 1 ? 1 : 0,
    ),
    shape: [3, 15],
  });
  const all = Array.from({ length: 15 }, (_, i) => i);

  test('a break counts, thickness does not', () => {
    const thick = { data: new Uint8Array(45).fill(1), shape: [3, 15] };
    const middle = skeletonize(thick);
    expect(middle.subarray(0, 15)).not.toContain(1);
    const truth = line(...all);
    expect(centrelineDice(thick, truth)).toBe(1);
    const broken = line(...all.filter((column) => column < 7 || column > 8));
    expect(centrelineDice(broken, truth)).toBeCloseTo((2 * 1 * (13 / 15)) / (1 + 13 / 15), 15);
  });

  test('empty masks follow the rule; those that never meet score 0', () => {
    const none = line();
    const one = line(3);
    expect(centrelineDice(none, none)).toBe(1);
    expect(centrelineDice(one, none)).toBe(0);
    expect(centrelineDice(none, one, { empty: 'skip' })).toBeNaN();
    expect(centrelineDice(none, none, { empty: { both: 'zero', one: 'worst' } })).toBe(0);
    expect(centrelineDice(one, line(9))).toBe(0);
  });

  test('one label; bad input names the case', () => {
    const labels = { data: [1, 1, 0, 2], shape: [1, 4] };
    expect([...skeletonize(labels, { label: 2 })]).toEqual([0, 0, 0, 1]);
    expect(centrelineDice(labels, { data: [0, 0, 0, 2], shape: [1, 4] }, { label: 2 })).toBe(1);
    const bad = { data: [0.5], shape: [1, 1] };
    expect(() => skeletonize(bad, { id: 'x' })).toThrow(/`skeletonize`, case "x": mask: labels mu/);
    expect(() => centrelineDice(bad, bad, { id: 'x' })).toThrow(/case "x": prediction: labels/);
  });
});
