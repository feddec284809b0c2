import { describe, expect, test } from 'vitest';
import {
  bestThreshold,
  detections,
  froc,
  frocScore,
  poolSweeps,
  precisionRecallCurve,
  rocCurve,
  thresholdSweep,
} from '../src/curves/index.ts';
import { confusion, dice } from '../src/index.ts';
import { number, reference } from './reference.ts';

const exact = { rtol: 1e-12, atol: 1e-12 };

describe.each([...reference('curves').values()])('equal to scikit-learn: $name', (row) => {
  const sweep = thresholdSweep(row.scores, row.truth);

  test('ROC', () => {
    const roc = rocCurve(sweep);
    expect(roc.thresholds).toBeAllclose(row.thresholds.map(number), exact);
    expect(roc.falsePositiveRate).toBeAllclose(row.fpr, exact);
    expect(roc.truePositiveRate).toBeAllclose(row.tpr, exact);
    expect(roc.area).toBeCloseTo(row.area, 12);
  });

  test('precision-recall', () => {
    const curve = precisionRecallCurve(sweep);
    // scikit-learn leaves out the thresholds below the one that first reaches full recall.
    const all = curve.recall.indexOf(1) + 1;
    const reached = row.recall.indexOf(1) + 1;
    expect(curve.recall.slice(0, all)).toBeAllclose(row.recall.slice(0, reached), exact);
    expect(curve.precision.slice(0, all)).toBeAllclose(row.precision.slice(0, reached), exact);
    expect(curve.averagePrecision).toBeCloseTo(row.averagePrecision, 12);
  });

  test('counts at every threshold are those of the thresholded mask', () => {
    for (const [i, threshold] of sweep.thresholds.entries()) {
      const mask = row.scores.map((score: number) => (score >= threshold ? 1 : 0));
      expect(sweep.counts[i]).toEqual(confusion(mask, row.truth).classes[1]);
    }
  });
});

test('given thresholds, pooled over cases, are those of all pixels together', () => {
  const { scores, truth } = reference('curves').get('few positives');
  const thresholds = [0.2, 0.5, Number.NEGATIVE_INFINITY, 0.9];
  const whole = thresholdSweep(scores, truth, { thresholds });
  expect(whole.thresholds).toEqual([0.9, 0.5, 0.2, Number.NEGATIVE_INFINITY]);
  const parts = [0, 150, 400].slice(0, -1).map((from, k) => {
    const to = [150, 400][k];
    return thresholdSweep(scores.slice(from, to), truth.slice(from, to), { thresholds });
  });
  expect(poolSweeps(parts)).toEqual(whole);
  expect(poolSweeps(parts.reverse())).toEqual(whole);
  const { threshold, score } = bestThreshold(whole, dice);
  const all = whole.counts.map((counts) => dice(counts));
  expect(score).toBe(Math.max(...all));
  expect(threshold).toBe(whole.thresholds[all.indexOf(score)]);
});

test('ignored pixels and other labels', () => {
  const sweep = thresholdSweep([0.9, 0.1, 0.8, 0.7], [2, 1, 255, 0], {
    label: 2,
    ignoreIndex: 255,
  });
  expect(sweep.thresholds).toEqual([0.9, 0.7, 0.1]);
  expect(sweep.counts[0]).toEqual({ tp: 1, fp: 0, fn: 0, tn: 2 });
});

test('without foreground the areas follow the rule', () => {
  const sweep = thresholdSweep([0.1, 0.7], [0, 0]);
  expect(rocCurve(sweep).area).toBe(Number.NaN);
  expect(rocCurve(sweep, { empty: 'worst' }).area).toBe(0);
  expect(precisionRecallCurve(sweep, { empty: 'one' }).averagePrecision).toBe(1);
  expect(rocCurve(thresholdSweep([0.1, 0.7], [1, 1])).area).toBe(Number.NaN);
});

test('bad input names the case', () => {
  const id = 'x';
  expect(() => thresholdSweep([Number.NaN], [1], { id })).toThrow(
    /"x": prediction .* got NaN at ind/,
  );
  expect(() => thresholdSweep([0.5], [0.5], { id })).toThrow(/"x": truth must be whole labels/);
  expect(() => thresholdSweep([0.5], [1, 0], { id })).toThrow(/"x": .* one length, got 1 and 2/);
  expect(() => thresholdSweep([0.5], [1], { thresholds: [], id })).toThrow(
    /"x": `thresholds` must/,
  );
  expect(() => poolSweeps([])).toThrow(/at least one/);
  const [a, b] = [thresholdSweep([0.5], [1]), thresholdSweep([0.6], [1])];
  expect(() => poolSweeps([a, b])).toThrow(/the same thresholds/);
  expect(() => bestThreshold(thresholdSweep([0.5], [0]), () => Number.NaN)).toThrow(/NaN at all/);
  const distinct = Float64Array.from({ length: 1_000_001 }, (_, i) => i);
  expect(() => thresholdSweep(distinct, new Uint8Array(distinct.length))).toThrow(/pass `thresh/);
});

describe('FROC', () => {
  const grid = (data: readonly number[]) => ({ data, shape: [1, data.length] });
  const one = detections(
    grid([0.9, 0.8, 0, 0.6, 0, 0.7, 0.95, 0, 0.2]),
    grid([0, 1, 0, 1, 0, 0, 0, 0, 1]),
  );

  test('detections have their highest score and what they overlap', () => {
    expect(one).toEqual({
      lesions: 3,
      detections: [
        { score: 0.9, matches: [1] },
        { score: 0.6, matches: [2] },
        { score: 0.95, matches: [] },
      ],
    });
    expect(detections(grid([0.2, 0.6]), grid([1, 1]), { threshold: 0.1 }).detections).toEqual([
      { score: 0.6, matches: [1] },
    ]);
  });

  test('the curve counts by hand, and interpolates its score', () => {
    const two = { lesions: 1, detections: [{ score: 0.7, matches: [] }] };
    const curve = froc([one, two]);
    expect(curve).toEqual({
      thresholds: [Number.POSITIVE_INFINITY, 0.95, 0.9, 0.7, 0.6],
      falsePositivesPerCase: [0, 0.5, 0.5, 1, 1],
      recall: [0, 0, 0.25, 0.25, 0.5],
    });
    expect(froc([two, one])).toEqual(curve);
    expect(frocScore(curve, [0, 0.5, 0.75, 1, 8])).toBeCloseTo(
      (0 + 0.25 + 0.25 + 0.5 + 0.5) / 5,
      15,
    );
  });

  test.each([...reference('froc').values()])('score equal to MONAI: $name', (row) => {
    const curve = froc(row.cases);
    expect(curve.recall.slice(1)).toBeAllclose(row.recall, exact);
    expect(curve.falsePositivesPerCase.slice(1)).toBeAllclose(row.falsePositivesPerCase, exact);
    expect(frocScore(curve)).toBeCloseTo(row.score, 12);
  });

  test('bad input', () => {
    expect(() => froc([])).toThrow(/at least one case/);
    const bad = () => detections(grid([Number.NaN]), grid([1]), { id: 'x' });
    expect(bad).toThrow(/`detections`, case "x": prediction must be numbers, got NaN at \[0, 0\]/);
  });
});
