import { describe, expect, test } from 'vitest';
import { heaviestAssignment } from '../src/assignment.ts';
import { lesionAccumulator, lesionWise } from '../src/index.ts';
import { hungarianMatching, lesionLoad, voronoiMatching } from '../src/lesions/index.ts';
import { cases, reference } from './reference.ts';

test.each([...reference('assignments').values()])('the heaviest of SciPy: $name', (row) => {
  const pairs = row.pairs.map(([truth, prediction, gain]: number[]) => ({
    truth,
    prediction,
    gain,
  }));
  for (const order of [pairs, pairs.toReversed()]) {
    const chosen = heaviestAssignment<(typeof pairs)[number]>(order, ({ gain }) => gain);
    expect(chosen.reduce((sum, { gain }) => sum + gain, 0)).toBeCloseTo(row.sum, 12);
    for (const role of ['truth', 'prediction'] as const) {
      expect(new Set(chosen.map((pair) => pair[role])).size).toBe(chosen.length);
    }
  }
});

describe.each([...reference('matching').values()])('matched by Python: $name', (row) => {
  const { prediction, truth } = cases.get(row.name)!;

  test('Hungarian, by SciPy and panoptica', () => {
    for (const [threshold, { iouSum, ...counts }] of Object.entries<Record<string, number>>(
      row.hungarian,
    )) {
      const matching = hungarianMatching({ iouThreshold: Number(threshold) });
      const result = lesionWise(prediction, truth, { matching });
      expect(result).toMatchObject(counts);
      expect(result.lesions.reduce((sum, { iou }) => sum + iou, 0)).toBeCloseTo(iouSum!, 12);
      expect(result.lesions.every(({ matches }) => matches.length <= 1)).toBe(true);
    }
  });

  test('by Voronoi regions, as loops have it', () => {
    for (const [threshold, counts] of Object.entries<object>(row.voronoi)) {
      const matching = voronoiMatching({ iouThreshold: Number(threshold) });
      expect(lesionWise(prediction, truth, { matching })).toMatchObject(counts);
    }
  });
});

describe('rules of matching', () => {
  // The second prediction has its best partner in the first lesion, and the first has no other.
  const truth = { data: [1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0], shape: [1, 12] };
  const prediction = { data: [1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0], shape: [1, 12] };

  test('Hungarian pairs both where the best pair first leaves one alone', () => {
    const options = { iouThreshold: 0.1 };
    const greedy = lesionWise(prediction, truth, { matching: 'one-to-one', ...options });
    const best = lesionWise(prediction, truth, { matching: hungarianMatching(options) });
    expect(greedy.found).toBe(1);
    expect(best.found).toBe(2);
    expect(best.lesions.map(({ matches }) => matches)).toEqual([[1], [2]]);
  });

  test('Voronoi: fragments find their lesion, a bridge finds one of two', () => {
    const matching = voronoiMatching();
    const fragments = lesionWise(prediction, truth, { matching });
    expect(fragments.lesions.map(({ matches }) => matches)).toEqual([[1, 2], []]);
    const bridge = { data: [0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0], shape: [1, 12] };
    const { lesions } = lesionWise(bridge, truth, { matching });
    expect(lesions.map(({ matches }) => matches)).toEqual([[], [1]]);
    // As much in either region: the lower number.
    const half = { data: [0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0], shape: [1, 12] };
    const two = { data: [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0], shape: [1, 12] };
    const found = lesionWise(half, two, { matching }).lesions;
    expect(found.map(({ matches }) => matches)).toEqual([[1], []]);
  });

  test('a minimum size leaves lesions out, whatever the rule', () => {
    for (const matching of [hungarianMatching({ iouThreshold: 0.1 }), voronoiMatching()]) {
      const result = lesionWise(prediction, truth, { matching, minimumSize: 5 });
      expect(result.lesions.map(({ label }) => label)).toEqual([2]);
    }
  });

  test('accumulators merge where rules are equal', () => {
    const make = (iouThreshold: number) =>
      lesionAccumulator({ matching: hungarianMatching({ iouThreshold }) });
    const one = make(0.1).add(prediction, truth, 'a');
    const { pooled } = one.merge(JSON.parse(JSON.stringify(make(0.1)))).result();
    expect(pooled.found).toBe(2);
    expect(() => one.merge(JSON.parse(JSON.stringify(make(0.2))))).toThrow(/settings must be eq/);
    expect(() => one.merge(make(0.2))).toThrow(/settings must be equal/);
  });

  test('bad input', () => {
    expect(() => hungarianMatching({ iouThreshold: 2 })).toThrow(/`hungarianMatching`: `iouThr/);
    expect(() => voronoiMatching({ iouThreshold: Number.NaN })).toThrow(/from 0 to 1, got NaN/);
    const matching = hungarianMatching();
    expect(() => lesionWise(truth, truth, { matching, iouThreshold: 0.2 })).toThrow(
      "`iouThreshold` needs `matching` 'iou' or 'one-to-one', got 'hungarian'",
    );
  });
});

describe('lesion load', () => {
  test.each([...reference('loads').values()])('counted by loops: $name', (row) => {
    const { prediction, truth, spacing } = cases.get(row.name)!;
    for (const [name, options] of [
      ['widest', {}],
      ['autoPET', { connectivity: 18 }],
    ] as const) {
      if (!row[name]) continue;
      const { truth: present, prediction: predicted, ...rest } = row[name];
      const load = lesionLoad(prediction, truth, { spacing, ...options });
      expect(load).toMatchObject(close(rest));
      expect(load.truth).toEqual(close(present));
      expect(load.prediction).toEqual(close(predicted));
    }
  });

  test('ml of a volume, cm² of an image', () => {
    const volume = { data: [1, 0], shape: [1, 1, 2] };
    expect(lesionLoad(volume, volume, { spacing: [5, 20, 10] }).truth.volume).toBe(1);
    const image = { data: [1, 0], shape: [1, 2] };
    expect(lesionLoad(image, image, { spacing: [20, 10] }).truth.volume).toBe(2);
  });
});

/** The numbers of a row, each to within 1e-12. */
function close(row: Record<string, number>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, expect.closeTo(value, 12)]),
  );
}
