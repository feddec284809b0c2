import { describe, expect, test } from 'vitest';
import {
  bootstrapInterval,
  holm,
  pairedDifferences,
  permutationTest,
  seededRandom,
  wilcoxonSignedRank,
} from '../src/statistics/index.ts';
import { reference } from './reference.ts';

const all = reference('paired');
const rows = [...all.values()].filter((row) => 'wilcoxon' in row);

describe.each(rows)('equal to SciPy: $name', (row) => {
  test('Wilcoxon signed rank', () => {
    const { statistic, pValue } = wilcoxonSignedRank(row.a, row.b);
    // SciPy's permutation form tells the sum of positive ranks, ours the smaller of the two.
    const { pairs } = wilcoxonSignedRank(row.a, row.b);
    const apart = row.a.filter((value: number, i: number) => Math.abs(value - row.b[i]) > 1e-9);
    expect(pairs).toBe(apart.length);
    const theirs = Math.min(
      row.wilcoxon.statistic,
      (pairs * (pairs + 1)) / 2 - row.wilcoxon.statistic,
    );
    expect(statistic).toBeCloseTo(theirs, 9);
    expect([pValue]).toBeAllclose([row.wilcoxon.pValue], { rtol: 1e-9, atol: 1e-12 });
  });
});

test.each(rows.filter((row) => 'permutation' in row))(
  'permutation test over all exchanges equal to SciPy: $name',
  (row) => {
    const result = permutationTest(row.a, row.b);
    expect(result.exact).toBe(true);
    expect(result.pValue).toBeCloseTo(row.permutation, 12);
  },
);

describe('ties and zeros are decided in decimals, not in binary fractions', () => {
  test('differences that are equal in decimals are equal, and those of 0 are 0', () => {
    const a = [0.3, 0.2, 0.5, 0.9, 0.7, 0.1 + 0.2];
    const b = [0.2, 0.1, 0.6, 0.8, 0.7, 0.3];
    const [one, ...others] = pairedDifferences(a, b);
    expect(one).toBeCloseTo(0.1, 15);
    expect(others).toEqual([one, -one!, one, 0, 0]);
    expect(Object.is(others.at(-1), -0)).toBe(false);
  });

  test('the tolerance follows the data: nothing smaller than their rounding is lost', () => {
    expect(pairedDifferences([1e-20, 3e-20], [2e-20, 1e-20]).map((d) => d * 1e20)).toBeAllclose(
      [-1, 2],
      { rtol: 1e-15 },
    );
    const [small, zero] = pairedDifferences([1e6 + 1e-5, 1e6 + 1e-9], [1e6, 1e6]);
    expect(small).toBeCloseTo(1e-5, 8);
    expect(zero).toBe(0);
    expect(pairedDifferences([0.5, 0.5 + 1e-9], [0.5, 0.5])[1]).toBeGreaterThan(0);
  });

  test('all three agree: what is no difference is none to any of them', () => {
    const b = [0.12, 0.37, 0.58, 0.71, 0.93, 0.44];
    // The same scores after a detour that rounding leaves traces of.
    const a = b.map((value) => value * 3 - value - value);
    expect(a).not.toEqual(b);
    expect(wilcoxonSignedRank(a, b)).toMatchObject({ pairs: 0, pValue: 1 });
    expect(permutationTest(a, b)).toMatchObject({ difference: 0, pValue: 1 });
    const { low, high, estimate } = bootstrapInterval(pairedDifferences(a, b));
    expect([low, estimate, high]).toEqual([0, 0, 0]);
  });

  test('a mean that is 0 but for rounding is 0', () => {
    expect((0.1 + 0.2 - 0.3) / 3).not.toBe(0);
    expect(bootstrapInterval([0.1, 0.2, -0.3]).estimate).toBe(0);
    const deviation = (list: readonly number[]) => 1e-15 * list.length;
    expect(bootstrapInterval([0.1, 0.2, -0.3], { statistic: deviation }).low).toBeGreaterThan(0);
  });
});

test('resamples without the statistic are left out and counted, by all there are', () => {
  // Recall over three cases, of which one has a lesion: of 27 resamples 8 have none.
  const found = [Number.NaN, 1, Number.NaN];
  const recall = (cases: readonly number[]) => {
    const lesions = cases.filter((at) => !Number.isNaN(found[at]!));
    return lesions.length === 0
      ? Number.NaN
      : lesions.reduce((sum, at) => sum + found[at]!, 0) / lesions.length;
  };
  const interval = bootstrapInterval([0, 1, 2], { statistic: recall, resamples: 27_000 });
  expect(interval).toMatchObject({ estimate: 1, low: 1, high: 1 });
  expect(Math.abs(interval.undefinedResamples / 27_000 - 8 / 27)).toBeLessThan(0.01);
  expect(bootstrapInterval([1]).undefinedResamples).toBe(0);
  const never = bootstrapInterval([1, 2], { statistic: () => Number.NaN, resamples: 10 });
  expect([never.low, never.high, never.undefinedResamples]).toEqual([Number.NaN, Number.NaN, 10]);
  const infinite = bootstrapInterval([1, 2], { statistic: () => Infinity });
  expect([infinite.low, infinite.high]).toEqual([Infinity, Infinity]);
});

test.each(rows.filter((row) => 'bootstrap' in row))(
  'bootstrap interval equal to SciPy within a few percent of the standard error: $name',
  (row) => {
    const { low, high, estimate } = bootstrapInterval(row.a, { resamples: 20_000 });
    expect(Math.abs(low - row.bootstrap[0])).toBeLessThan(0.06 * row.error);
    expect(Math.abs(high - row.bootstrap[1])).toBeLessThan(0.06 * row.error);
    expect(low).toBeLessThan(estimate);
    expect(estimate).toBeLessThan(high);
  },
);

test('Holm equal to statsmodels', () => {
  const { p, adjusted } = all.get('holm');
  expect(holm(p)).toBeAllclose(adjusted, { rtol: 1e-14 });
  expect(holm([])).toEqual([]);
  expect(() => holm([0.1, 1.5])).toThrow(/from 0 to 1, got 1.5/);
});

describe('permutation test', () => {
  const { a, b } = all.get('twelve, ties and zeros');

  test('random exchanges come near the exact p, the same with the same seed', () => {
    const exact = permutationTest(a, b).pValue;
    const options = () => ({ permutations: 4000, random: seededRandom(5) });
    const drawn = permutationTest(a, b, options());
    expect(drawn.exact).toBe(false);
    expect(Math.abs(drawn.pValue - exact)).toBeLessThan(4 * Math.sqrt(0.25 / 4000));
    expect(permutationTest(a, b, options())).toEqual(drawn);
  });

  test('exchanging methods keeps p and turns the difference', () => {
    const one = permutationTest(a, b);
    const other = permutationTest(b, a);
    expect(other.pValue).toBe(one.pValue);
    expect(other.difference).toBeCloseTo(-one.difference, 15);
  });

  test('groups change sides whole: two patients allow no p below 1/2', () => {
    const better = [0.9, 0.8, 0.9, 0.7, 0.8, 0.9];
    const worse = better.map((value) => value - 0.2);
    const groups = ['x', 'x', 'x', 'y', 'y', 'y'];
    expect(permutationTest(better, worse).pValue).toBe(2 / 64);
    expect(permutationTest(better, worse, { groups }).pValue).toBe(0.5);
  });
});

describe('bootstrap', () => {
  const values = [0.1, 0.2, 0.9, 0.8, 0.85, 0.7];

  test('three groups have 27 resamples, whose percentiles are the interval', () => {
    const groups = ['a', 'a', 'b', 'b', 'b', 'c'];
    const members = [values.slice(0, 2), values.slice(2, 5), values.slice(5)];
    const mean = (list: readonly number[]) => list.reduce((x, y) => x + y, 0) / list.length;
    const every = [0, 1, 2].flatMap((i) =>
      [0, 1, 2].flatMap((j) =>
        [0, 1, 2].map((k) => mean([...members[i]!, ...members[j]!, ...members[k]!])),
      ),
    );
    every.sort((x, y) => x - y);
    const { low, high } = bootstrapInterval(values, { groups, confidence: 0.9, resamples: 50_000 });
    // 5 % of the 27 equally likely means lies inside the second of them, 95 % inside the 26th.
    expect(low).toBeCloseTo(every[1]!, 12);
    expect(high).toBeCloseTo(every[25]!, 12);
  });

  test('values of one group give no interval narrower than their group does', () => {
    const wide = bootstrapInterval(values, { groups: ['a', 'a', 'b', 'b', 'b', 'b'] });
    const narrow = bootstrapInterval(values);
    expect(wide.high - wide.low).toBeGreaterThan(narrow.high - narrow.low);
  });

  test('one seed, one interval; a statistic of choice', () => {
    const statistic = (list: readonly number[]) => Math.max(...list);
    const one = bootstrapInterval(values, { random: seededRandom(1), statistic });
    expect(bootstrapInterval(values, { random: seededRandom(1), statistic })).toEqual(one);
    expect(one.high).toBe(0.9);
  });
});

test('seeded numbers are uniform in mean, variance and neighbours', () => {
  const random = seededRandom(42);
  const drawn = Array.from({ length: 100_000 }, random);
  const mean = drawn.reduce((sum, u) => sum + u, 0) / drawn.length;
  const variance = drawn.reduce((sum, u) => sum + (u - mean) ** 2, 0) / drawn.length;
  const lag = drawn.slice(1).reduce((sum, u, i) => sum + (u - mean) * (drawn[i]! - mean), 0);
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.004);
  expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.002);
  expect(Math.abs(lag / drawn.length)).toBeLessThan(0.0015);
  expect(drawn.every((u) => u >= 0 && u < 1)).toBe(true);
  expect(seededRandom(0)()).not.toBe(seededRandom(1)());
});

test('Wilcoxon without any difference has p 1', () => {
  expect(wilcoxonSignedRank([1, 2], [1, 2])).toEqual({
    statistic: 0,
    pValue: 1,
    pairs: 0,
    exact: true,
  });
});

test('bad input is one clear error', () => {
  expect(() => bootstrapInterval([])).toThrow(/at least one finite number, got none/);
  expect(() => bootstrapInterval([1, Number.NaN])).toThrow(/got NaN at 1; leave cases without/);
  expect(() => bootstrapInterval([1], { groups: ['a', 'b'] })).toThrow(/each of 1 values, got 2/);
  expect(() => bootstrapInterval([1], { confidence: 95 })).toThrow(/between 0 and 1, got 95/);
  expect(() => bootstrapInterval([1], { resamples: 0 })).toThrow(/`resamples` must be a whole/);
  expect(() => permutationTest([1], [1, 2])).toThrow(/score for each case, got 1 and 2/);
  expect(() => permutationTest([1], [1], { permutations: 0.5 })).toThrow(/`permutations` must/);
  expect(() => wilcoxonSignedRank([Infinity], [1])).toThrow(/`a` must be .* got Infinity at 0/);
});
