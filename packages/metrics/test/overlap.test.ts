import ndarray from 'ndarray';
import { describe, expect, test } from 'vitest';
import {
  accuracy,
  type Counts,
  confusion,
  dice,
  fBeta,
  iou,
  mcc,
  pool,
  precision,
  recall,
  relativeVolumeError,
  specificity,
  volumetricSimilarity,
} from '../src/index.ts';
import { cases, number, reference } from './reference.ts';

const scores = {
  accuracy,
  dice,
  iou,
  mcc,
  precision,
  recall,
  relativeVolumeError,
  specificity,
  volumetricSimilarity,
};

const expected = reference('overlap');

describe.each([...cases.values()])('equal to scikit-learn: $name', (one) => {
  const of = confusion(one.prediction, one.truth, { classes: one.classes });
  const row = expected.get(one.name);

  test('counts of every class', () => {
    // biome-ignore lint/suspicious/noExplicitAny: a row of a reference file.
    expect(of.classes).toEqual(row.classes.map(({ counts }: any) => counts));
    expect(of.total).toBe(one.truth.data.length);
    expect(of.ignored).toBe(0);
  });

  test.each(Object.entries(scores))('%s', (name, score) => {
    const received = of.classes.map((counts) => score(counts, { empty: 'nan' }));
    // biome-ignore lint/suspicious/noExplicitAny: a row of a reference file.
    const references = row.classes.map((each: any) => number(each[name]));
    expect(received).toBeAllclose(references, { rtol: 1e-9, atol: 1e-12 });
  });

  test('fBeta with beta 2', () => {
    const received = of.classes.map((counts) => fBeta(counts, { beta: 2, empty: 'nan' }));
    // biome-ignore lint/suspicious/noExplicitAny: a row of a reference file.
    const references = row.classes.map((each: any) => number(each.f2));
    expect(received).toBeAllclose(references, { rtol: 1e-9, atol: 1e-12 });
  });
});

const second = reference('torchmetrics');

describe.each([...cases.values()])('equal to torchmetrics: $name', ({ name, ...one }) => {
  const of = confusion(one.prediction, one.truth, { classes: one.classes });
  const row = second.get(name);

  test.each(['dice', 'iou', 'precision', 'recall', 'specificity'] as const)('%s', (score) => {
    const present = of.classes.map(({ tp, fp, fn }) => tp + fp + fn > 0);
    // It gives 0 where a score is undefined.
    const received = of.classes.map((counts, k) =>
      present[k] ? scores[score](counts, { empty: 'zero' }) : Number.NaN,
    );
    expect(received).toBeAllclose(row.classes[score].map(number), { rtol: 1e-6, atol: 0 });
  });

  test('accuracy', () => {
    expect(accuracy(of)).toBeCloseTo(row.accuracy, 6);
  });
});

const several = [...expected.values()].filter((row) => row.averages);

describe.each(several)('averages equal to scikit-learn: $name', (row) => {
  const { prediction, truth, classes } = cases.get(row.name)!;
  const of = confusion(prediction, truth, { classes });

  test('macro, micro, weighted', () => {
    for (const average of ['macro', 'micro', 'weighted'] as const) {
      for (const name of ['dice', 'iou', 'precision', 'recall'] as const) {
        expect(scores[name](of, { average }), `${average} ${name}`).toBeCloseTo(
          row.averages[average][name],
          12,
        );
      }
    }
    expect(accuracy(of)).toBeCloseTo(row.averages.accuracy, 12);
    expect(mcc(of)).toBeCloseTo(row.averages.mcc, 12);
  });
});

describe('empty masks', () => {
  const both = { tp: 0, fp: 0, fn: 0, tn: 9 };
  const miss = { tp: 0, fp: 0, fn: 4, tn: 5 };
  const alarm = { tp: 0, fp: 4, fn: 0, tn: 5 };

  test('by default nothing found where nothing is scores best, a miss or false alarm worst', () => {
    // As the BraTS challenges have it: Dice 1 and sensitivity 1 where both masks are empty.
    for (const score of [dice, iou, precision, recall, fBeta]) {
      expect([both, miss, alarm].map((counts) => score(counts))).toEqual([1, 0, 0]);
    }
    // Chicco & Jurman 2020: 1 where one class only is there and all is right; 0 is a guess at random.
    expect([both, miss, alarm].map((counts) => mcc(counts))).toEqual([1, 0, 0]);
    expect([both, miss, alarm].map((counts) => relativeVolumeError(counts))).toEqual([
      0,
      -1,
      Number.POSITIVE_INFINITY,
    ]);
  });

  test('each rule means the same for every score', () => {
    for (const [empty, value] of [
      ['skip', Number.NaN],
      ['zero', 0],
      ['one', 1],
      ['nan', Number.NaN],
      ['worst', 0],
      ['best', 1],
    ] as const) {
      for (const score of [dice, iou, precision, recall, fBeta, volumetricSimilarity]) {
        expect(score(both, { empty }), empty).toBe(value);
      }
      expect(precision(miss, { empty }), empty).toBe(value);
      expect(recall(alarm, { empty }), empty).toBe(value);
    }
    expect(mcc(miss, { empty: 'worst' })).toBe(-1);
    expect(relativeVolumeError(alarm, { empty: 'best' })).toBe(0);
  });

  test('a mean over classes leaves skipped ones out and is NaN where the rule says so', () => {
    const found = { tp: 4, fp: 0, fn: 0, tn: 5 };
    const of = { classes: [found, found, both], total: 9, ignored: 0 };
    expect(dice(of, { empty: 'skip' })).toBe(1);
    expect(dice(of)).toBe(1);
    expect(dice(of, { empty: 'zero' })).toBe(0.5);
    expect(dice(of, { empty: 'nan' })).toBe(Number.NaN);
  });

  test('an unknown rule is refused', () => {
    // @ts-expect-error no such rule
    expect(() => dice(both, { empty: 'none' })).toThrow(
      /`empty` must be one of best, worst, skip, zero/,
    );
  });
});

describe('counts beyond 2³²', () => {
  /** MCC in whole numbers: of a fraction whose parts are exact. */
  function exactMcc(classes: readonly Counts[]): number {
    const sum = (of: (one: Record<keyof Counts, bigint>) => bigint): bigint =>
      classes.reduce((total, { tp, fp, fn, tn }) => {
        const [a, b, c, d] = [tp, fp, fn, tn].map(BigInt) as [bigint, bigint, bigint, bigint];
        return total + of({ tp: a, fp: b, fn: c, tn: d });
      }, 0n);
    const { tp, fp, fn, tn } = classes[0]!;
    const all = BigInt(tp + fp + fn + tn);
    const agreed = sum((one) => one.tp) * all - sum((one) => (one.tp + one.fp) * (one.tp + one.fn));
    const predicted = all * all - sum((one) => (one.tp + one.fp) ** 2n);
    const present = all * all - sum((one) => (one.tp + one.fn) ** 2n);
    return Number(agreed) / (Math.sqrt(Number(predicted)) * Math.sqrt(Number(present)));
  }

  test.each([1e10, 1e12, 9e15])('MCC of %d voxels, however few are foreground', (total) => {
    for (const [tp, fp, fn] of [
      [1, 0, 0],
      [5, 3, 2],
      [0, 1, 1],
      [1e6, 2e5, 7],
      [total / 4, total / 8, total / 16],
      [0, total / 2, total / 2],
    ] as const) {
      const one = { tp, fp, fn, tn: total - tp - fp - fn };
      const background = { tp: one.tn, fp: fn, fn: fp, tn: tp };
      const expected = exactMcc([background, one]);
      expect([mcc(one)]).toBeAllclose([expected], { rtol: 1e-14, atol: 1e-15 });
      const of = { classes: [background, one], total, ignored: 0 };
      expect([mcc(of)]).toBeAllclose([expected], { rtol: 1e-14, atol: 1e-15 });
    }
  });

  test('of several classes', () => {
    const classes = [
      { tp: 9_999_999_985, fp: 3, fn: 5, tn: 7 },
      { tp: 2, fp: 4, fn: 1, tn: 9_999_999_993 },
      { tp: 4, fp: 2, fn: 3, tn: 9_999_999_991 },
    ];
    const of = { classes, total: 1e10, ignored: 0 };
    expect([mcc(of)]).toBeAllclose([exactMcc(classes)], { rtol: 1e-14 });
  });
});

describe('properties', () => {
  const { prediction, truth } = cases.get('four classes, one absent')!;
  const options = { classes: 4 };

  test('symmetric in prediction and truth: Dice, IoU, MCC; precision is the recall of the other', () => {
    const one = confusion(prediction, truth, options);
    const other = confusion(truth, prediction, options);
    expect(dice(one)).toBe(dice(other));
    expect(iou(one)).toBe(iou(other));
    expect(mcc(one)).toBeCloseTo(mcc(other), 14);
    expect(precision(one, { average: 'micro' })).toBe(recall(other, { average: 'micro' }));
  });

  test('permuting labels permutes the counts', () => {
    const order = [2, 0, 3, 1];
    const swap = (grid: { data: Uint8Array }) => grid.data.map((label) => order[label]!);
    const before = confusion(prediction, truth, options).classes;
    const after = confusion(swap(prediction), swap(truth), options).classes;
    for (const [from, to] of order.entries()) expect(after[to]).toEqual(before[from]);
  });

  test('pooling parts in any order is the confusion of the whole', () => {
    const whole = confusion(prediction, truth, options);
    const parts = [0, 700, 1300, 2000].slice(0, -1).map((from, k) => {
      const to = [700, 1300, 2000][k]!;
      return confusion(prediction.data.subarray(from, to), truth.data.subarray(from, to), options);
    });
    expect(pool(parts)).toEqual(whole);
    expect(pool(parts.reverse())).toEqual(whole);
    expect(pool([pool(parts.slice(1)), parts[0]!])).toEqual(whole);
  });

  test('views, flat arrays, plain arrays and floats count alike', () => {
    const whole = confusion(prediction, truth, options);
    const view = (grid: typeof truth) =>
      ndarray(grid.data, [...grid.shape])
        .transpose(2, 0, 1)
        .step(-1, 1, -1);
    expect(confusion(view(prediction), view(truth), options)).toEqual(whole);
    expect(confusion(prediction.data, [...truth.data], options)).toEqual(whole);
    expect(confusion(Float32Array.from(prediction.data), truth.data, options)).toEqual(whole);
    const slice = confusion(
      ndarray(prediction.data, [...truth.shape]).pick(1, null, null),
      { data: truth.data, shape: [20, 20], offset: 400 },
      options,
    );
    expect(slice.total).toBe(400);
    expect(slice).toEqual(
      confusion(prediction.data.slice(400, 800), truth.data.slice(400, 800), options),
    );
  });

  test('ignoreIndex leaves out what the truth marks, whatever its value', () => {
    const of = confusion([0, 1, 1, 7], [0, 1, -1, -1], { ignoreIndex: -1 });
    expect(of).toEqual({
      classes: [
        { tp: 1, fp: 0, fn: 0, tn: 1 },
        { tp: 1, fp: 0, fn: 0, tn: 1 },
      ],
      total: 2,
      ignored: 2,
    });
  });
});

describe('bad input is one clear error that names the case', () => {
  const mask = new Uint8Array(12);
  const grid = (shape: number[], data: ArrayLike<number> = mask) => ({ data, shape });

  test.each([
    ['shapes differ', grid([3, 4]), grid([4, 3]), /one shape, got \[3,4\] and \[4,3\]/],
    ['ranks differ', grid([3, 4]), grid([1, 3, 4]), /one rank, got 2-D \[3,4\] and 3-D/],
    ['lengths differ', mask, new Uint8Array(3), /one length, got 12 and 3/],
    ['too few values', grid([3, 4], [0]), grid([3, 4]), /a value for each element .* got 1 values/],
    ['no pixels', new Uint8Array(), new Uint8Array(), /must not be of size 0/],
    ['NaN', [0, Number.NaN], [0, 0], /whole numbers, got NaN in the prediction at index 1/],
    ['infinite', [0, 0], [0, Infinity], /whole numbers, got Infinity in the truth at index 1/],
    ['fractional', [0, 0.5], [0, 1], /whole numbers, got 0.5 in the prediction at index 1/],
    ['negative', [0, 0], [0, -1], /not be negative, got -1 in the truth at index 1; pass ignoreIn/],
    [
      'beyond',
      grid([1, 2], [0, 255]),
      grid([1, 2]),
      /below 2, .* got 255 in the prediction at \[0, 1\]/,
    ],
    ['bad axis', grid([2.5, 4]), grid([3, 4]), /whole axis lengths/],
    ['not an array', 3 as never, mask, /prediction must be a typed array .* got number/],
    ['bigint', BigInt64Array.of(0n) as never, [0], /must hold numbers, got bigint; convert/],
    ['null', mask, null as never, /truth must be a typed array .* got null/],
    ['an object', {} as never, mask, /an object with `data` and `shape`/],
  ])('%s', (_, prediction, truth, message) => {
    expect(() => confusion(prediction, truth, { id: 'patient 7' })).toThrow(message);
    expect(() => confusion(prediction, truth, { id: 'patient 7' })).toThrow(/case "patient 7"/);
  });

  test('options out of range', () => {
    expect(() => confusion(mask, mask, { classes: 1 })).toThrow(/`classes` must be a whole number/);
    expect(() => fBeta({ tp: 1, fp: 0, fn: 0, tn: 0 }, { beta: 0 })).toThrow(
      /`beta` must be above/,
    );
    // @ts-expect-error no such average
    expect(() => dice(confusion(mask, mask), { average: 'mean' })).toThrow(/`average` must be/);
    expect(() => pool([])).toThrow(/at least one/);
    expect(() => pool([confusion(mask, mask), confusion(mask, mask, { classes: 3 })])).toThrow(
      /2 classes as the first, got 3 at 1/,
    );
  });
});
