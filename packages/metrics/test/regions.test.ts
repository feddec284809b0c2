import { describe, expect, test } from 'vitest';
import { normalizedSurfaceDice } from '../src/index.ts';
import { ccDice, ccNormalizedSurfaceDice } from '../src/regions/index.ts';
import { cases, number, reference } from './reference.ts';

const exact = { rtol: 1e-12, atol: 1e-12 };
const rows = [...reference('regions').values()];

test.each(rows.filter(({ dice }) => dice))('regions scored by MONAI: $name', (row) => {
  const { prediction, truth, spacing } = cases.get(row.name)!;
  const { mean, regions } = ccDice(prediction, truth);
  expect(regions).toBeAllclose(row.dice, exact);
  expect(mean).toBeCloseTo(regions.reduce((a, b) => a + b) / regions.length, 12);
  for (const [tolerance, scores] of Object.entries<number[]>(row.surfaceDice)) {
    const options = { tolerance: Number(tolerance), spacing };
    const score = ccNormalizedSurfaceDice(prediction, truth, options);
    expect(score.regions).toBeAllclose(scores.map(number), { rtol: 1e-6 });
  }
});

test.each(rows.filter(({ ccMetrics }) => ccMetrics))('equal to CC-Metrics: $name', (row) => {
  const { prediction, truth } = cases.get(row.name)!;
  const mean = (scores: readonly number[]) => scores.reduce((a, b) => a + b) / scores.length;
  const { dice, surfaceDice } = row.ccMetrics;
  // Its scores are single precision.
  expect(ccDice(prediction, truth).mean).toBeCloseTo(mean(dice), 6);
  const { mean: surface } = ccNormalizedSurfaceDice(prediction, truth, { tolerance: 1 });
  expect(surface).toBeCloseTo(mean(surfaceDice), 6);
});

describe('regions', () => {
  const truth = { data: [1, 1, 1, 1, 0, 0, 0, 0, 1, 0], shape: [1, 10] };

  test('small lesions count as much as large ones, and false pixels cost the nearest', () => {
    const large = { data: [1, 1, 1, 1, 0, 0, 0, 0, 0, 0], shape: [1, 10] };
    expect(ccDice(large, truth)).toEqual({ mean: 0.5, regions: [1, 0] });
    const beside = { data: [1, 1, 1, 1, 0, 0, 0, 1, 1, 0], shape: [1, 10] };
    expect(ccDice(beside, truth).regions).toEqual([1, 2 / 3]);
  });

  test('one lesion alone has the score of the whole mask', () => {
    const { prediction, truth: real, spacing } = cases.get('nested')!;
    for (const surface of ['pixels', 'area'] as const) {
      const options = { tolerance: 0.5, spacing, surface };
      expect(ccNormalizedSurfaceDice(prediction, real, options)).toEqual({
        mean: normalizedSurfaceDice(prediction, real, options),
        regions: [normalizedSurfaceDice(prediction, real, options)],
      });
    }
  });

  test('an empty truth follows the rule', () => {
    const empty = { data: new Uint8Array(10), shape: [1, 10] };
    const surfaceDice = (...args: Parameters<typeof ccDice>) =>
      ccNormalizedSurfaceDice(args[0], args[1], { tolerance: 1, ...args[2] });
    for (const score of [ccDice, surfaceDice]) {
      expect(score(empty, empty)).toEqual({ mean: 1, regions: [] });
      expect(score(truth, empty)).toEqual({ mean: 0, regions: [] });
      expect(score(truth, empty, { empty: 'skip' }).mean).toBeNaN();
      expect(score(empty, truth)).toEqual({ mean: 0, regions: [0, 0] });
    }
  });

  test('labels, connectivity and a volume of one slice', () => {
    const labels = { data: [2, 0, 1, 0, 2, 0, 0, 0, 2], shape: [3, 3] };
    expect(ccDice(labels, labels, { label: 2, connectivity: 4 }).regions).toEqual([1, 1, 1]);
    expect(ccDice(labels, labels).regions).toEqual([1]);
    const { prediction, truth: flat } = cases.get('blobs, 2-D')!;
    const slice = (grid: typeof flat) => ({ data: grid.data, shape: [1, ...grid.shape] });
    const options = { tolerance: 1 };
    expect(ccNormalizedSurfaceDice(slice(prediction), slice(flat), options)).toEqual(
      ccNormalizedSurfaceDice(prediction, flat, options),
    );
  });

  test('bad input names the case', () => {
    const id = 'x';
    expect(() => ccDice(truth, { data: [1], shape: [1, 1] }, { id })).toThrow(/"x": pred.* one sh/);
    expect(() => ccDice(truth, truth, { id, connectivity: 6 })).toThrow(/"x": `connectivity` must/);
    expect(() => ccNormalizedSurfaceDice(truth, truth, { id } as never)).toThrow(
      /"x": `tolerance` must be a length in mm/,
    );
  });
});
