import { mulberry32 } from '@sts-net/testing';
import { describe, expect, it } from 'vitest';
import { connectedComponents } from '../src/index.ts';
import { voronoiRegions } from '../src/regions/index.ts';

/** The component with the nearest pixel, pixel by pixel over all others; the lowest of several. */
function obvious(labels: ArrayLike<number>, shape: readonly number[]): number[] {
  const [height, width] = shape.slice(-2) as [number, number];
  const place = (i: number) => [
    Math.floor(i / (height * width)),
    Math.floor(i / width) % height,
    i % width,
  ];
  return Array.from(labels, (_, i) => {
    let best = { distance: Number.POSITIVE_INFINITY, label: 0 };
    for (let j = 0; j < labels.length; j++) {
      if (labels[j] === 0) continue;
      const [a, b] = [place(i), place(j)];
      const distance = a.reduce((sum, at, axis) => sum + (at - b[axis]!) ** 2, 0);
      const nearer = distance < best.distance;
      if (nearer || (distance === best.distance && labels[j]! < best.label)) {
        best = { distance, label: labels[j]! };
      }
    }
    return best.label;
  });
}

describe('voronoiRegions', () => {
  const random = mulberry32(7);
  it.each([
    [[1, 1], 1],
    [[1, 9], 0.3],
    [[9, 1], 0.3],
    [[17, 23], 0.02],
    [[20, 20], 0.1],
    [[12, 40], 0.4],
    [[5, 7, 9], 0.02],
    [[1, 12, 11], 0.1],
    [[6, 1, 20], 0.2],
  ] as [number[], number][])(
    'equals the nearest component, found pixel by pixel: %j, %d',
    (shape, share) => {
      for (let round = 0; round < 8; round++) {
        const size = shape.reduce((a, b) => a * b);
        const data = Uint8Array.from({ length: size }, () => (random() < share ? 1 : 0));
        data[Math.floor(random() * size)] = 1;
        for (const connectivity of shape.length === 2 ? ([4, 8] as const) : ([6, 26] as const)) {
          const components = connectedComponents({ data, shape }, { connectivity });
          expect([...voronoiRegions(components)]).toEqual(obvious(components.labels, shape));
        }
      }
    },
  );

  it('gives ties to the lower number', () => {
    const row = connectedComponents({ data: [1, 0, 0, 0, 1, 0, 1], shape: [1, 7] });
    expect([...voronoiRegions(row)]).toEqual([1, 1, 1, 2, 2, 2, 3]);
    // The centre is √2 from all four.
    const corners = connectedComponents({ data: [1, 0, 1, 0, 0, 0, 1, 0, 1], shape: [3, 3] });
    expect(voronoiRegions(corners)[4]).toBe(1);
  });

  it('is one region for one component, and none for none', () => {
    const one = connectedComponents({ data: [0, 0, 1, 0], shape: [2, 2] });
    expect([...voronoiRegions(one)]).toEqual([1, 1, 1, 1]);
    const none = connectedComponents({ data: [0, 0, 0, 0], shape: [2, 2] });
    expect([...voronoiRegions(none)]).toEqual([0, 0, 0, 0]);
  });

  it('holds with as many components as pixels allow', () => {
    const side = 64;
    const data = Uint8Array.from({ length: side * side }, (_, i) =>
      i % 2 === 0 && Math.floor(i / side) % 2 === 0 ? 1 : 0,
    );
    const components = connectedComponents({ data, shape: [side, side] });
    expect(components.count).toBe(1024);
    expect([...voronoiRegions(components)]).toEqual(obvious(components.labels, [side, side]));
  });
});
