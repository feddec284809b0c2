import { describe, expect, test } from 'vitest';
import {
  cohenCounts,
  cohenKappa,
  fleissCounts,
  fleissKappa,
  poolCohen,
  poolFleiss,
} from '../src/agreement/index.ts';
import { reference } from './reference.ts';

describe.each([...reference('agreement').values()])('equal to Python: $name', (row) => {
  const { ratings, classes } = row;

  test.each(['equal', 'linear', 'quadratic'] as const)(
    "Cohen's kappa of scikit-learn, %s weights",
    (weights) => {
      const counts = cohenCounts(ratings[0], ratings[1], { classes });
      expect(cohenKappa(counts, { weights })).toBeCloseTo(row[weights], 12);
      const swapped = cohenCounts(ratings[1], ratings[0], { classes });
      expect(cohenKappa(swapped, { weights })).toBeCloseTo(row[weights], 12);
    },
  );

  test("Fleiss' kappa of statsmodels", () => {
    expect(fleissKappa(fleissCounts(ratings, { classes }))).toBeCloseTo(row.fleiss, 12);
  });

  test('pooled over cases they are those of all elements together', () => {
    const parts = [
      [0, 7],
      [7, undefined],
    ].map(([from, to]) => ratings.map((one: number[]) => one.slice(from, to)));
    const pairs = parts.map(([one, other]) => cohenCounts(one, other, { classes }));
    expect(poolCohen(pairs)).toEqual(cohenCounts(ratings[0], ratings[1], { classes }));
    const all = parts.map((raters) => fleissCounts(raters, { classes }));
    expect(poolFleiss(JSON.parse(JSON.stringify(all)))).toEqual(fleissCounts(ratings, { classes }));
  });
});

test('elements that a rater left out do not count', () => {
  const ratings = [
    [0, 1, 9, 1, 0],
    [0, 1, 1, 0, 0],
    [0, 1, 1, 1, 9],
  ] as const;
  const options = { ignoreIndex: 9 };
  expect(cohenCounts(ratings[0], ratings[1], options).matrix).toEqual([
    [2, 0],
    [1, 1],
  ]);
  expect(fleissCounts(ratings, options)).toEqual({
    raters: 3,
    elements: 3,
    totals: [4, 5],
    agreeingPairs: 6 + 6 + 2,
  });
});

test('one rating throughout is undefined, and follows the rule', () => {
  const counts = cohenCounts([1, 1], [1, 1]);
  expect(cohenKappa(counts)).toBeNaN();
  expect(cohenKappa(counts, { empty: 'best', weights: 'linear' })).toBe(1);
  expect(fleissKappa(fleissCounts([[1], [1]]))).toBeNaN();
  expect(fleissKappa(fleissCounts([[1], [1]]), { empty: 'zero' })).toBe(0);
  const none = cohenCounts([9], [1], { ignoreIndex: 9 });
  expect(cohenKappa(none)).toBeNaN();
  expect(fleissKappa(fleissCounts([[9], [1]], { ignoreIndex: 9 }))).toBeNaN();
  // Each says one thing only, but not the same: no agreement, none expected.
  expect(cohenKappa(cohenCounts([1, 1], [0, 0]))).toBe(0);
});

test('masks of grids in any layout', () => {
  const grid = { data: [0, 1, 1, 0, 0, 1], shape: [2, 3] };
  const transposed = { data: [0, 0, 1, 0, 1, 1], shape: [2, 3], stride: [1, 2] };
  expect(cohenCounts(grid, transposed).matrix).toEqual([
    [3, 0],
    [0, 3],
  ]);
});

test('bad input names the rater and the case', () => {
  const id = 'x';
  expect(() => cohenCounts([0, 2], [0, 1], { id })).toThrow(
    '`cohenCounts`, case "x": ratings must be whole numbers from 0 to 1, got 2 of rater 1 at index 1',
  );
  expect(() => fleissCounts([[0], [0.5]], { id })).toThrow(/"x": ratings .* got 0.5 of rater 2/);
  expect(() => fleissCounts([[0], [0, 1]], { id })).toThrow(/got \[1\] of rater 1 and \[2\] of r/);
  expect(() => fleissCounts([[0]], { id })).toThrow(/"x" needs at least two raters, got 1/);
  expect(() => cohenCounts([0], [0], { classes: 1 })).toThrow(/from 2 to 1024, got 1/);
  expect(() => cohenKappa(cohenCounts([0], [1]), { weights: 'cubic' as never })).toThrow(
    /`weights` must be one of equal, linear, quadratic/,
  );
  expect(() => poolCohen([])).toThrow(/at least one/);
  expect(() => poolFleiss([])).toThrow(/at least one/);
  expect(() => poolCohen([cohenCounts([0], [0]), cohenCounts([0], [0], { classes: 3 })])).toThrow(
    /2 classes as the first, got 3 at 1/,
  );
  expect(() => poolFleiss([fleissCounts([[0], [0]]), fleissCounts([[0], [0], [0]])])).toThrow(
    /2 raters and 2 classes as the first, got 3 and 2 at 1/,
  );
});
