import { describe, expect, test } from 'vitest';
import { centreDistance, meanSurfaceDistances } from '../src/distances/index.ts';
import { confusion, surfaceDistances } from '../src/index.ts';
import { generalisedDice } from '../src/overlap/index.ts';
import { cases, reference } from './reference.ts';

test.each([...reference('distances').values()])('measured by Python: $name', (row) => {
  const { prediction, truth, spacing } = cases.get(row.name)!;
  expect(centreDistance(prediction, truth, { spacing })).toBeCloseTo(row.centres, 10);
  // MONAI's, of pixels, are single precision.
  for (const [surface, rtol] of [
    ['pixels', 1e-6],
    ['area', 1e-12],
  ] as const) {
    const [there, back] = row[surface];
    const mean = meanSurfaceDistances(prediction, truth, { spacing, surface });
    expect(Object.values(mean)).toBeAllclose([there, back, (there + back) / 2], { rtol });
    const distances = surfaceDistances(prediction, truth, { spacing, surface });
    expect(meanSurfaceDistances(distances)).toEqual(mean);
  }
});

describe('empty masks', () => {
  const none = { data: [0, 0], shape: [1, 2] };
  const one = { data: [1, 0], shape: [1, 2] };

  test('are worth the best or the worst by default', () => {
    const spacing = [3, 2];
    expect(centreDistance(none, none)).toBe(0);
    expect(centreDistance(none, one, { spacing })).toBe(5);
    expect(centreDistance(one, none, { spacing, penalty: 9 })).toBe(9);
    expect(centreDistance(one, none, { empty: 'skip' })).toBeNaN();
    const all = (value: number) => ({
      predictionToTruth: value,
      truthToPrediction: value,
      mean: value,
    });
    expect(meanSurfaceDistances(none, none)).toEqual(all(0));
    expect(meanSurfaceDistances(one, none, { spacing })).toEqual(all(5));
    expect(meanSurfaceDistances(none, one, { penalty: 9 })).toEqual(all(9));
    expect(meanSurfaceDistances(none, one, { empty: 'nan' })).toEqual(all(Number.NaN));
  });

  test('bad input', () => {
    expect(() => centreDistance(one, one, { id: 'x', penalty: -1 })).toThrow(/"x": `penalty` must/);
    expect(() => centreDistance(one, one, { id: 'x', spacing: [1] })).toThrow(/"x": `spacing` mu/);
    expect(() => meanSurfaceDistances(one, one, { penalty: -1 })).toThrow(/`meanSurfaceDistances`/);
  });
});

describe('generalised Dice', () => {
  test.each([...reference('generalised-dice').values()])('equal to MONAI: $name', (row) => {
    const { prediction, truth, classes } = cases.get(row.name)!;
    const counts = confusion(prediction, truth, { classes });
    for (const weighting of ['square', 'simple', 'uniform'] as const) {
      for (const background of [true, false]) {
        const theirs = row[weighting][background ? 'True' : 'False'];
        expect(generalisedDice(counts, { weighting, background })).toBeCloseTo(theirs, 6);
      }
    }
  });

  test('a rare class weighs as much as a large one; empty ones follow the rule', () => {
    const large = { tp: 100, fp: 0, fn: 0, tn: 10 };
    const missed = { tp: 0, fp: 0, fn: 10, tn: 100 };
    const counts = { classes: [large, large, missed], total: 110, ignored: 0 };
    const weighting = 'simple';
    expect(generalisedDice(counts, { weighting })).toBeCloseTo(2 / (2 + 1), 15);
    const none = confusion([0], [0]);
    expect(generalisedDice(none)).toBe(1);
    expect(generalisedDice(none, { empty: 'skip' })).toBeNaN();
    expect(generalisedDice(confusion([1], [0]))).toBe(0);
    expect(() => generalisedDice({ tp: 1 } as never)).toThrow(/must be what `confusion` gives/);
  });
});
