import { describe, expect, test } from 'vitest';
import {
  brierScore,
  calibrationCounts,
  expectedCalibrationError,
  maximumCalibrationError,
  poolCalibration,
  reliabilityCurve,
} from '../src/calibration/index.ts';
import { reference } from './reference.ts';

const exact = { rtol: 1e-12, atol: 1e-12 };

describe.each([...reference('calibration').values()])('equal to Python: $name', (row) => {
  const counts = calibrationCounts(row.probabilities, row.truth, { bins: row.bins });

  test('Brier score and reliability curve of scikit-learn', () => {
    expect(brierScore(counts)).toBeCloseTo(row.brier, 12);
    const filled = reliabilityCurve(counts).filter(({ count }) => count > 0);
    expect(filled.map(({ observed }) => observed)).toBeAllclose(row.observed, exact);
    expect(filled.map((point) => point.meanProbability)).toBeAllclose(row.meanProbability, exact);
  });

  test('pooled over cases it is that of all elements together', () => {
    const cut = Math.floor(row.truth.length / 3);
    const parts = [
      [0, cut],
      [cut, row.truth.length],
    ].map(([from, to]) =>
      calibrationCounts(row.probabilities.slice(from, to), row.truth.slice(from, to), {
        bins: row.bins,
      }),
    );
    for (const pooled of [parts, parts.toReversed(), JSON.parse(JSON.stringify(parts))]) {
      const sum = poolCalibration(pooled);
      expect(sum.bins.map(({ count }) => count)).toEqual(counts.bins.map(({ count }) => count));
      expect(brierScore(sum)).toBeCloseTo(row.brier, 12);
      expect(expectedCalibrationError(sum)).toBeCloseTo(expectedCalibrationError(counts), 12);
    }
  });
});

const offEdges = [...reference('calibration').values()].filter(({ expected }) => expected);

test.each(offEdges)('errors equal to torchmetrics: $name', (row) => {
  const counts = calibrationCounts(row.probabilities, row.truth, { bins: row.bins });
  expect(expectedCalibrationError(counts)).toBeCloseTo(row.expected, 6);
  expect(maximumCalibrationError(counts)).toBeCloseTo(row.maximum, 6);
});

test('every probability is in the bin that its edges say, whatever the number of bins', () => {
  for (const bins of [1, 3, 7, 10, 49, 100, 65536]) {
    for (const i of [0, 1, 2, bins >> 1, bins - 1].filter((index) => index < bins)) {
      const upper = (i + 1) / bins;
      const { bins: filled } = calibrationCounts([upper, upper * (1 - 1e-15)], [0, 0], { bins });
      expect(filled[i]!.count).toBe(2);
    }
  }
});

test('a calibrated prediction has no error; a sure one that is wrong has all', () => {
  const calibrated = calibrationCounts([0.5, 0.5, 0.25, 0.25, 0.25, 0.25], [1, 0, 1, 0, 0, 0]);
  expect(expectedCalibrationError(calibrated)).toBe(0);
  const wrong = calibrationCounts([1, 0], [0, 1]);
  expect(expectedCalibrationError(wrong)).toBe(1);
  expect(maximumCalibrationError(wrong)).toBe(1);
  expect(brierScore(wrong)).toBe(1);
});

test('labels, ignored elements, grids and nothing at all', () => {
  const counts = calibrationCounts(
    { data: new Float32Array([0.75, 0.25, 1, 0]), shape: [2, 2] },
    { data: [2, 1, 255, 0], shape: [2, 2] },
    { label: 2, ignoreIndex: 255, bins: 2 },
  );
  expect(counts).toEqual({
    bins: [
      { count: 2, positives: 0, probabilitySum: 0.25 },
      { count: 1, positives: 1, probabilitySum: 0.75 },
    ],
    squaredErrors: 0.125,
  });
  const none = calibrationCounts([0.5], [255], { ignoreIndex: 255 });
  for (const error of [expectedCalibrationError, maximumCalibrationError, brierScore]) {
    expect(error(none)).toBeNaN();
  }
  expect(reliabilityCurve(none)[0]!.observed).toBeNaN();
});

test('bad input names the case', () => {
  const id = 'x';
  for (const bad of [-0.1, 1.1, Number.NaN]) {
    expect(() => calibrationCounts([bad], [1], { id })).toThrow(
      `"x": prediction must be probabilities from 0 to 1 (apply softmax or sigmoid first), got ${bad} at index 0`,
    );
  }
  expect(() => calibrationCounts([0.5], [0.5], { id })).toThrow(/"x": truth must be whole labels/);
  expect(() => calibrationCounts([0.5], [1], { bins: 0, id })).toThrow(/"x": `bins` must/);
  expect(() => poolCalibration([])).toThrow(/at least one case/);
  const [a, b] = [10, 15].map((bins) => calibrationCounts([0.5], [1], { bins }));
  expect(() => poolCalibration([a!, b!])).toThrow(/10 bins as the first, got 15 at 1/);
  expect(() => brierScore([0.5] as never)).toThrow(/must be what `calibrationCounts` gives/);
});
