import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  type Detections,
  detectionCurve,
  detections,
  froc,
  recallAtFalsePositives,
} from '../src/curves/index.ts';
import { bootstrapCases, bootstrapInterval, seededRandom } from '../src/statistics/index.ts';
import { reference } from './reference.ts';

const exact = { rtol: 1e-12, atol: 1e-12 };

/** Whether lesion, and the score of its detection (0 for none), as picai_eval lists them. */
function listed({ lesions, detections: all }: Detections): number[][] {
  const found = all.filter(({ matches }) => matches.length > 0);
  const missed = Array.from({ length: lesions - found.length }, () => [1, 0]);
  const rows = all.map(({ score, matches }) => [Math.min(matches.length, 1), score]);
  return [...rows, ...missed].sort(([a, b], [c, d]) => a! - c! || b! - d!);
}

describe.each([...reference('detections').values()])('equal to picai_eval: $name', (row) => {
  const { criterion, minimumOverlap, surplus } = row;
  const cases: Detections[] = row.cases.map(
    ({ shape, map, truth }: { shape: number[]; map: string; truth: string }) => {
      const grid = (packed: string) => ({
        data: new Uint8Array(inflateSync(Buffer.from(packed, 'base64'))),
        shape,
      });
      const options = { threshold: 1, criterion, minimumOverlap, surplus };
      return detections(grid(map), grid(truth), options);
    },
  );

  test('lesions found and missed, false detections', () => {
    expect(cases.map(listed)).toEqual(row.results);
  });

  test('average precision', () => {
    expect(detectionCurve(cases).averagePrecision).toBeCloseTo(row.averagePrecision, 12);
  });

  test('FROC', () => {
    const curve = froc(cases);
    const { length } = row.recall;
    // picai_eval counts in single precision.
    const near = { rtol: 1e-6, atol: 1e-12 };
    expect(curve.recall.slice(1, length + 1)).toBeAllclose(row.recall, near);
    expect(curve.falsePositivesPerCase.slice(1, length + 1)).toBeAllclose(
      row.falsePositivesPerCase,
      near,
    );
    for (const [rate, recall] of Object.entries<number>(row.recallAt)) {
      expect(recallAtFalsePositives(curve, Number(rate))).toBeCloseTo(recall, 6);
    }
  });

  test('interval by bootstrap of cases', () => {
    const { low, high, estimate } = bootstrapCases(
      cases,
      (drawn) => detectionCurve(drawn).averagePrecision,
      { resamples: 1000 },
    );
    expect(estimate).toBeCloseTo(row.averagePrecision, 12);
    // Of other random numbers: a few standard errors of a percentile of 1000.
    expect(Math.abs(low - row.interval[0])).toBeLessThan(0.015);
    expect(Math.abs(high - row.interval[1])).toBeLessThan(0.015);
  });
});

describe('criteria', () => {
  const grid = (data: readonly number[]) => ({ data, shape: [1, data.length] });
  const truth = grid([1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0]);
  const prediction = grid([0.9, 0, 0.8, 0.8, 0.8, 0.8, 0, 0, 0, 0, 0, 0.6]);

  test('each lesion once, as many as possible', () => {
    const options = { criterion: 'iou', minimumOverlap: 0.1 } as const;
    expect(detections(prediction, truth, options)).toEqual({
      lesions: 2,
      detections: [
        { score: 0.9, matches: [1] },
        { score: 0.8, matches: [2] },
        { score: 0.6, matches: [] },
      ],
    });
    // Without the second lesion, the smaller overlap is surplus.
    const one = grid([1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(detections(prediction, one, options).detections).toEqual([
      { score: 0.8, matches: [1] },
      { score: 0.6, matches: [] },
    ]);
    expect(detections(prediction, one, { ...options, surplus: 'false' }).detections).toEqual([
      { score: 0.9, matches: [] },
      { score: 0.8, matches: [1] },
      { score: 0.6, matches: [] },
    ]);
    expect(detections(prediction, one, { criterion: 'dice', minimumOverlap: 0.9 })).toEqual({
      lesions: 1,
      detections: [0.9, 0.8, 0.6].map((score) => ({ score, matches: [] })),
    });
  });

  test('an overlap of exactly the least is enough', () => {
    const half = grid([1, 1, 0, 0]);
    for (const [criterion, minimumOverlap] of [
      ['iou', 1 / 2],
      ['dice', 2 / 3],
    ] as const) {
      const found = detections(grid([1, 0, 0, 0]), half, { criterion, minimumOverlap });
      expect(found.detections[0]!.matches).toEqual([1]);
    }
  });

  test('the curve by hand; lesions never detected bound it', () => {
    const cases = [
      {
        lesions: 3,
        detections: [
          { score: 0.9, matches: [1] },
          { score: 0.8, matches: [] },
          { score: 0.7, matches: [2] },
        ],
      },
    ];
    const curve = detectionCurve(cases);
    expect(curve.thresholds).toEqual([0.9, 0.8, 0.7]);
    expect(curve.precision).toBeAllclose([1, 1 / 2, 2 / 3], exact);
    expect(curve.recall).toBeAllclose([1 / 3, 1 / 3, 2 / 3], exact);
    expect(curve.averagePrecision).toBeCloseTo(1 / 3 + 2 / 9, 15);
    const { falsePositivesPerCase, recall, thresholds } = froc(cases);
    const at = (rate: number) =>
      recallAtFalsePositives({ falsePositivesPerCase, recall, thresholds }, rate);
    expect([0, 0.5, 1, 9].map(at)).toBeAllclose([1 / 3, 1 / 3, 2 / 3, 2 / 3], exact);
  });

  test('nothing to detect follows the rule, nothing detected scores 0', () => {
    const none = { lesions: 0, detections: [{ score: 1, matches: [] }] };
    expect(detectionCurve([none]).averagePrecision).toBeNaN();
    expect(detectionCurve([none], { empty: 'worst' }).averagePrecision).toBe(0);
    expect(detectionCurve([{ lesions: 2, detections: [] }]).averagePrecision).toBe(0);
  });

  test('bad input', () => {
    const bad = (options: object) => () => detections(prediction, truth, { ...options, id: 'x' });
    expect(bad({ criterion: 'f1' })).toThrow(/"x": `criterion` must be one of any-overlap, iou/);
    expect(bad({ minimumOverlap: 0.5 })).toThrow(/`minimumOverlap` needs `criterion` 'iou' or/);
    expect(bad({ surplus: 'false' })).toThrow(/`surplus` needs `criterion` 'iou' or 'dice'/);
    expect(bad({ criterion: 'iou', minimumOverlap: 2 })).toThrow(/from 0 to 1, got 2/);
    expect(bad({ criterion: 'iou', surplus: 'no' })).toThrow(/`surplus` must be one of/);
    expect(() => detectionCurve([])).toThrow(/at least one case/);
    expect(() => recallAtFalsePositives(froc([detections(prediction, truth)]), -1)).toThrow(
      /`rate` must be at least 0, got -1/,
    );
  });
});

describe('intervals of cases', () => {
  test('are those of their values, with groups', () => {
    const values = [0.3, 0.9, 0.4, 0.7, 0.7, 0.1];
    const groups = ['a', 'a', 'b', 'c', 'd', 'd'];
    const options = { groups, resamples: 200, confidence: 0.8 };
    const mean = (all: readonly number[]) => all.reduce((a, b) => a + b) / all.length;
    const boxed = values.map((value) => ({ value }));
    const statistic = (all: typeof boxed | readonly { value: number }[]) =>
      mean(all.map(({ value }) => value));
    expect(bootstrapCases(boxed, statistic, { ...options, random: seededRandom(3) })).toEqual(
      bootstrapInterval(values, { ...options, random: seededRandom(3) }),
    );
  });

  test('need a case', () => {
    expect(() => bootstrapCases([], () => 1)).toThrow(/`bootstrapCases` needs at least one case/);
    expect(() => bootstrapCases([1], () => 1, { groups: [] })).toThrow(/each of 1 values, got 0/);
  });
});

describe('pixels on which nothing counts', () => {
  const shape = [1, 10];
  // Logits, of which 0 is no background.
  const prediction = { data: [-1, 2, 3, -1, 1, 1, -1, 4, -1, 0], shape };
  const truth = { data: [0, 1, 9, 9, 9, 9, 0, 0, 1, 1], shape };

  test('are neither lesion nor candidate: as where nothing would be predicted there', () => {
    const without = {
      data: prediction.data.map((value, i) => (truth.data[i] === 9 ? -9 : value)),
      shape,
    };
    const counting = { data: truth.data.map((label) => label % 9), shape };
    const threshold = -0.5;
    for (const criterion of ['any-overlap', 'iou'] as const) {
      const options = { threshold, criterion };
      const expected = detections(without, counting, options);
      expect(detections(prediction, truth, { ...options, ignoreIndex: 9 })).toEqual(expected);
      expect(expected.lesions).toBe(2);
    }
    expect(detections(prediction, truth, { threshold }).lesions).toBe(2);
    const negative = { data: truth.data.map((label) => (label === 9 ? -1 : label)), shape };
    expect(detections(prediction, negative, { threshold, ignoreIndex: -1 })).toEqual(
      detections(without, counting, { threshold }),
    );
  });
});
