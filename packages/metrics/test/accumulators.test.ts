import { describe, expect, test } from 'vitest';
import {
  averageSymmetricSurfaceDistance,
  confusion,
  dice,
  hausdorffDistance,
  lesionAccumulator,
  lesionWise,
  mcc,
  normalizedSurfaceDice,
  overlapAccumulator,
  pool,
  recall,
  type SurfaceAccumulatorOptions,
  surfaceAccumulator,
} from '../src/index.ts';
import { type Case, cases } from './reference.ts';

const binary = [...cases.values()].filter((one) => one.classes === 2);
const solid = binary.filter((one) => one.truth.shape.length === 3);
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const defined = (values: readonly number[]) => values.filter((value) => !Number.isNaN(value));

/** The accumulators, each with how a case is added. */
const kinds = [
  ['overlap', () => overlapAccumulator(), binary],
  ['lesion', () => lesionAccumulator({ dilation: 1 }), solid],
  ['surface', () => surfaceAccumulator({ tolerance: 1 }), solid],
] as const;

describe.each(kinds)('%s: shards', (_, make, all) => {
  // biome-ignore lint/suspicious/noExplicitAny: the accumulators differ in what they keep.
  const make_ = make as () => any;
  const added = (some: readonly Case[]) => {
    const sum = make_();
    for (const { name, prediction, truth, spacing } of some) {
      sum.add(prediction, truth, name, ...(make === kinds[0][1] ? [] : [{ spacing }]));
    }
    return sum;
  };
  const whole = added(all).result();
  const shards = [all.slice(0, 3), all.slice(3, 5), all.slice(5)];

  test('in any order, through JSON, give the whole to the last bit', () => {
    for (const order of [
      [0, 1, 2],
      [2, 0, 1],
      [1, 2, 0],
    ]) {
      const merged = make_();
      for (const k of order) merged.merge(JSON.parse(JSON.stringify(added(shards[k]!))));
      expect(merged.result()).toEqual(whole);
    }
  });

  test('a case counted twice, another kind, and a broken state are refused', () => {
    const merged = added(shards[0]!);
    const { name } = all[0]!;
    expect(() => merged.merge(added(all.slice(0, 1)))).toThrow(`got ${JSON.stringify(name)} twice`);
    expect(() => merged.merge({ kind: 'other', cases: [] })).toThrow(/got one of "other"/);
    const state = JSON.parse(JSON.stringify(added(shards[1]!)));
    expect(() => make_().merge({ ...state, settings: { classes: 7 } })).toThrow(
      /settings must be eq/,
    );
    expect(() => make_().merge({ ...state, cases: [{ id: 'x' }] })).toThrow();
    expect(() => make_().merge({ ...state, cases: [null] })).toThrow(/must hold whole cases/);
  });
});

describe('results are those of the cases one by one', () => {
  test('overlap, per class', () => {
    const sum = overlapAccumulator();
    for (const { name, prediction, truth } of binary) sum.add(prediction, truth, name);
    const counts = binary.map((one) => confusion(one.prediction, one.truth));
    const scores = counts.map((one) => dice(one));
    const { classes } = sum.result();
    expect(classes[1]!.dice.mean).toBeCloseTo(mean(defined(scores)), 14);
    expect(classes[1]!.dice.counted).toBe(defined(scores).length);
    expect(classes[1]!.dice.decidedByRule).toEqual({ both: 2, one: 0 });
    expect(classes[1]!.dice.pooled).toBe(dice(pool(counts)));
    expect(classes[0]!.recall.pooled).toBe(recall(pool(counts).classes[0]!));
    expect(classes[1]!.recall.decidedByRule).toEqual({ both: 2, one: 1 });
  });

  test('scores of choice, several classes, a rule', () => {
    const { prediction, truth, classes } = cases.get('hippocampus 001')!;
    const sum = overlapAccumulator({ classes, scores: { mcc }, empty: 'nan' });
    const row = sum.add(prediction, truth).result().classes[2]!;
    expect(row.mcc.mean).toBe(mcc(confusion(prediction, truth, { classes }).classes[2]!));
    expect(row.mcc.deviation).toBe(Number.NaN);
    const none = overlapAccumulator({ empty: 'nan' }).add([0], [0]).add([1], [1]).result();
    expect(none.classes[1]!.dice).toMatchObject({
      mean: Number.NaN,
      counted: 2,
      decidedByRule: { both: 1, one: 0 },
    });
  });

  test('mean, deviation, median of known values', () => {
    const sum = overlapAccumulator({ empty: 'skip' });
    sum.add([1, 0], [1, 0]).add([1, 1], [1, 0]).add([0, 1], [1, 0]).add([0, 0], [0, 0]);
    const { mean, deviation, median, counted, decidedByRule } = sum.result().classes[1]!.iou;
    expect([mean, deviation, median, counted]).toEqual([0.5, 0.5, 0.5, 3]);
    expect(decidedByRule).toEqual({ both: 1, one: 0 });
  });

  test('lesions, with the spacing of each case', () => {
    const sum = lesionAccumulator({ matching: 'one-to-one', iouThreshold: 0.2 });
    const options = { matching: 'one-to-one', iouThreshold: 0.2 } as const;
    for (const { name, prediction, truth, spacing } of solid) {
      sum.add(prediction, truth, name, { spacing });
    }
    const each = solid.map((one) =>
      lesionWise(one.prediction, one.truth, { ...options, spacing: one.spacing }),
    );
    const { perCase, pooled, cases: kept } = sum.result();
    expect(perCase.f1.mean).toBeCloseTo(mean(defined(each.map(({ f1 }) => f1))), 14);
    expect(pooled.found).toBe(each.reduce((total, { found }) => total + found, 0));
    const [hits, falsePositives] = [pooled.hits, pooled.falsePositives];
    expect(pooled.precision).toBe(hits / (hits + falsePositives));
    const volumes = (lists: readonly { lesions: readonly { volume: number }[] }[]) =>
      lists.flatMap(({ lesions }) => lesions.map(({ volume }) => volume)).sort((a, b) => a - b);
    expect(volumes(kept)).toEqual(volumes(each));
  });

  test('surfaces, with the spacing of each case and the rule', () => {
    const sum = surfaceAccumulator({ tolerance: 1, percentile: 90 });
    for (const { name, prediction, truth, spacing } of solid) {
      sum.add(prediction, truth, name, { spacing });
    }
    const each = (score: (one: Case) => number) => mean(defined(solid.map(score)));
    const result = sum.result();
    expect(result.hausdorffDistance.mean).toBeCloseTo(
      each(({ prediction, truth, spacing }) =>
        hausdorffDistance(prediction, truth, { spacing, percentile: 90 }),
      ),
      12,
    );
    expect(result.averageSymmetricSurfaceDistance.mean).toBeCloseTo(
      each(({ prediction, truth, spacing }) =>
        averageSymmetricSurfaceDistance(prediction, truth, { spacing }),
      ),
      12,
    );
    expect(result.normalizedSurfaceDice.mean).toBeCloseTo(
      each(({ prediction, truth, spacing }) =>
        normalizedSurfaceDice(prediction, truth, { spacing, tolerance: 1 }),
      ),
      12,
    );
    expect(result.hausdorffDistance.decidedByRule).toEqual({ both: 1, one: 1 });
    expect(result.hausdorffDistance.counted).toBe(solid.length);
  });

  test('the rule and the worst distance are those of the accumulator that tells the result', () => {
    const grid = (...data: number[]) => ({ data, shape: [1, 4] });
    const state = surfaceAccumulator({ tolerance: 1 })
      .add(grid(1, 0, 0, 0), grid(0, 1, 0, 0))
      .add(grid(0, 0, 0, 0), grid(0, 1, 0, 0))
      .add(grid(0, 0, 0, 0), grid(0, 0, 0, 0))
      .toJSON();
    const distance = (options: Partial<SurfaceAccumulatorOptions>) =>
      surfaceAccumulator({ tolerance: 1, ...options })
        .merge(state)
        .result().hausdorffDistance;
    const diagonal = Math.hypot(1, 4);
    expect(distance({})).toMatchObject({ mean: (1 + diagonal) / 3, counted: 3 });
    expect(distance({ penalty: 374 }).mean).toBe(375 / 3);
    expect(distance({ empty: { both: 'skip', one: 'worst' } }).mean).toBe((1 + diagonal) / 2);
    expect(distance({ empty: 'skip' })).toMatchObject({
      mean: 1,
      counted: 1,
      decidedByRule: { both: 1, one: 1 },
    });
    expect(() => surfaceAccumulator({ tolerance: 1, penalty: -1 })).toThrow(/`penalty` must/);
  });

  test('panoptic quality of all cases is that of their counts', () => {
    const grid = (...data: number[]) => ({ data, shape: [1, 6] });
    const sum = lesionAccumulator()
      .add(grid(1, 1, 0, 0, 0, 0), grid(1, 1, 0, 0, 1, 0))
      .add(grid(1, 1, 1, 0, 1, 0), grid(1, 1, 0, 0, 0, 0));
    // IoU 1 and 2/3; a miss and a false positive.
    expect(sum.result().pooled.panopticQuality).toBeCloseTo((1 + 2 / 3) / (2 + 1), 15);
    expect(sum.result().pooled.panoptic).toMatchObject({ pairs: 2, missed: 1, falsePositives: 1 });
    expect(lesionAccumulator().result().pooled.f1).toBe(Number.NaN);
    expect(overlapAccumulator().result().classes[1]!.dice.pooled).toBe(Number.NaN);
  });

  test('bad input names the accumulator and the case', () => {
    const grid = { data: [0, 1], shape: [1, 2] };
    const add = () => lesionAccumulator().add(grid, { data: [0, 1], shape: [2, 1] }, 'knee');
    expect(add).toThrow(
      /^`lesionAccumulator`, case "knee": prediction and truth must have one shape/,
    );
    expect(() => surfaceAccumulator({ tolerance: -1 }).add(grid, grid, 'knee')).toThrow(
      /tolerance/,
    );
  });
});
