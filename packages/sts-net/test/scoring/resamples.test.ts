import { calibrationCounts, poolCalibration } from '@sts-net/metrics/calibration';
import {
  type Detections,
  detectionCurve,
  froc,
  frocScore,
  recallAtFalsePositives,
} from '@sts-net/metrics/curves';
import { uniform } from '@sts-net/testing';
import { describe, expect, it } from 'vitest';
import { CalibrationSums, calibrationScores } from '../../src/scoring/calibration-sums.ts';
import { DetectionCounts } from '../../src/scoring/detection-counts.ts';
import { intervalsOf } from '../../src/scoring/mean-interval.ts';

const rates = [0, 0.25, 0.5, 1, 2, 8];

/** Cases with ties, cases without lesions and without detections. */
function randomCases(seed: string, count: number): Detections[] {
  return Array.from({ length: count }, (_, c) => {
    const u = uniform(`${seed}/${c}`, 40);
    const lesions = Math.floor(u[0]! * 4);
    const detections = Array.from({ length: Math.floor(u[1]! * 6) }, (_, i) => ({
      score: Math.round(u[2 + i]! * 8) / 8,
      matches: lesions > 0 && u[10 + i]! < 0.6 ? [1 + Math.floor(u[20 + i]! * lesions)] : [],
    }));
    return { lesions, detections };
  });
}

/** Each case as often as it was drawn. */
function drawn<T>(cases: readonly T[], times: readonly number[]): T[] {
  return cases.flatMap((one, i) => Array.from({ length: times[i]! }, () => one));
}

describe('counts of resamples', () => {
  it('of detections are the curves of `@sts-net/metrics` of what is drawn', () => {
    for (const seed of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      const cases = randomCases(seed, 7);
      const times = Array.from(uniform(`${seed}/times`, 7), (u) => Math.floor(3 * u));
      times[0] = 1;
      const list = drawn(cases, times);
      const curve = froc(list);
      const scores = new DetectionCounts(cases, rates).scores(times);
      const close = (value: number) => (Number.isNaN(value) ? value : expect.closeTo(value, 12));
      expect(scores, seed).toEqual({
        averagePrecision: close(detectionCurve(list).averagePrecision),
        frocScore: close(frocScore(curve, rates)),
        recalls: rates.map((rate) => close(recallAtFalsePositives(curve, rate))),
      });
    }
  });

  it('of no lesion and of no detection are as there', () => {
    const none = { lesions: 0, detections: [{ score: 1, matches: [] }] };
    const { averagePrecision, frocScore: score } = new DetectionCounts([none], rates).scores([1]);
    expect([averagePrecision, score]).toEqual([Number.NaN, Number.NaN]);
    const missed = { lesions: 2, detections: [] };
    expect(new DetectionCounts([missed], [1]).scores([1])).toEqual({
      averagePrecision: 0,
      frocScore: 0,
      recalls: [0],
    });
  });

  it('of calibration are the pooled counts', () => {
    const cases = ['a', 'b', 'c'].map((seed) =>
      calibrationCounts(
        uniform(seed, 50),
        uniform(`${seed}/truth`, 50).map((u) => Number(u > 0.7)),
      ),
    );
    const times = [2, 0, 1];
    const pooled = poolCalibration(drawn(cases, times));
    const sums = new CalibrationSums(cases);
    const { calibrationError, brierScore } = calibrationScores(pooled);
    expect(sums.scores(times).calibrationError).toBeCloseTo(calibrationError, 12);
    expect(sums.scores(times).brierScore).toBeCloseTo(brierScore, 12);
    expect(sums.counts(times).bins.map(({ count }) => count)).toEqual(
      pooled.bins.map(({ count }) => count),
    );
  });
});

describe('intervalsOf', () => {
  it('is of each statistic what it is alone, and draws patients whole', () => {
    const values = [1, 2, 4, 8];
    const patients = ['p', 'p', 'q', 'r'];
    const sum = (times: Uint32Array) => values.reduce((total, v, i) => total + v * times[i]!, 0);
    const count = (times: Uint32Array) => times.reduce((total, n) => total + n, 0);
    const options = { seed: 5, resamples: 200 };
    const both = intervalsOf(patients, (t) => ({ sum: sum(t), count: count(t) }), options);
    expect(both.sum).toEqual(intervalsOf(patients, (t) => ({ sum: sum(t) }), options).sum);
    expect(both.count).toEqual(intervalsOf(patients, (t) => ({ count: count(t) }), options).count);
    expect(both.count).toMatchObject({ estimate: 4, low: 3, high: 6 });
    expect(both.sum.estimate).toBe(15);
  });
});
