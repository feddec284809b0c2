import { mulberry32 } from '@sts-net/testing';
import ndarray from 'ndarray';
import { describe, expect, test } from 'vitest';
import { dilate } from '../src/dilate.ts';
import {
  type Connectivity,
  connectedComponents,
  hausdorffDistance,
  lesionWise,
} from '../src/index.ts';
import { lesionWiseHausdorff, recallBySize } from '../src/lesions/index.ts';
import { cases, reference } from './reference.ts';

const expected = reference('lesions');

describe.each([...expected.values()])('equal to SciPy: $name', (row) => {
  const { truth } = cases.get(row.name)!;

  test.each(Object.keys(row.components))('components, connectivity %s', (key) => {
    const connectivity = Number(key) as Connectivity;
    const found = connectedComponents(truth, { connectivity });
    const { count, sizes, centroids, boxes } = row.components[key];
    expect(found.count).toBe(count);
    expect([...found.sizes.subarray(1)]).toEqual(sizes);
    expect(found.sizes[0]).toBe(truth.data.filter((label) => label === 0).length);
    for (const [k, centroid] of centroids.entries()) {
      expect(found.centroid(k + 1)).toBeAllclose(centroid, { rtol: 1e-12, atol: 1e-12 });
      expect(found.box(k + 1)).toEqual(boxes[k]);
    }
  });
});

const scored = [...expected.values()].filter((row) => 'any-overlap' in row);

describe.each(scored)('lesion-wise: $name', (row) => {
  const { prediction, truth } = cases.get(row.name)!;

  test('any overlap and IoU threshold, by plain loops', () => {
    expect(lesionWise(prediction, truth)).toMatchObject(close(row['any-overlap']));
    expect(lesionWise(prediction, truth, { matching: 'iou', iouThreshold: 0.2 })).toMatchObject(
      close(row['iou 0.2']),
    );
  });

  test('one to one, by panoptica; fragments joined in both masks before', () => {
    for (const iouThreshold of [0.2, 0.5]) {
      const { panopticQuality: _, ...scores } = row[`one-to-one ${iouThreshold}`];
      expect(lesionWise(prediction, truth, { matching: 'one-to-one', iouThreshold })).toMatchObject(
        close(scores),
      );
    }
    const dilation = 2;
    const { panopticQuality: _, ...joined } = row['one-to-one 0.2, dilation 2'];
    const options = { iouThreshold: 0.2, dilation };
    expect(lesionWise(prediction, truth, { matching: 'one-to-one', ...options })).toMatchObject(
      close(joined),
    );
    expect(lesionWise(prediction, truth, { matching: 'iou', ...options })).toMatchObject(
      close(row['iou 0.2, dilation 2']),
    );
  });

  test('panoptic quality by its formula and panoptica, whatever the matching', () => {
    for (const [i, dilation] of [0, 2].entries()) {
      for (const matching of ['any-overlap', 'iou', 'one-to-one'] as const) {
        const { panopticQuality } = lesionWise(prediction, truth, { matching, dilation });
        expect(panopticQuality).toBeCloseTo(row['panoptic quality'][i], 12);
      }
    }
  });

  test.each([
    ['dilation 1', { dilation: 1 }],
    ['dilation 3', { dilation: 3 }],
    ['minimum size 12', { minimumSize: 12 }],
    ['BraTS metastases', { dilation: 1, minimumSize: 3 }],
    ['BraTS glioma', { dilation: 3, minimumSize: 51 }],
  ])('%s, by loops over what BraTS 2023 computes', (key, options) => {
    const { hausdorff, ...scores } = row[key];
    expect(lesionWise(prediction, truth, options)).toMatchObject(close(scores));
    const { spacing } = cases.get(row.name)!;
    const distance = (surface?: 'pixels' | 'area') =>
      lesionWiseHausdorff(prediction, truth, { ...options, spacing, ...(surface && { surface }) });
    // By MONAI, and by surface-distance, which BraTS takes.
    expect([distance('pixels').mean]).toBeAllclose([hausdorff.pixels], { rtol: 1e-6, atol: 1e-6 });
    expect([distance().mean]).toBeAllclose([hausdorff.area], { rtol: 1e-12, atol: 1e-12 });
    const { distances, falsePositives } = distance();
    expect(distances.filter((mm) => mm === 374)).toHaveLength(scores.missed);
    expect(falsePositives).toBe(scores.falsePositives);
  });
});

test('a mask scores 1 against itself, however its lesions are told apart', () => {
  const fragments = { name: '10101', truth: { data: [1, 0, 1, 0, 1], shape: [1, 5] } };
  for (const { name, truth } of [fragments, ...cases.values()]) {
    for (const matching of ['any-overlap', 'iou', 'one-to-one'] as const) {
      for (const dilation of [0, 1, 2]) {
        const { precision, recall, f1, dice, panopticQuality, falsePositives, missed } = lesionWise(
          truth,
          truth,
          { matching, dilation },
        );
        expect([precision, recall, f1, dice, panopticQuality], name).toEqual([1, 1, 1, 1, 1]);
        expect([falsePositives, missed], name).toEqual([0, 0]);
      }
    }
  }
});

describe('true lesions below the minimum size', () => {
  const truth = { data: [1, 1, 1, 0, 1, 0, 1, 1, 0, 0, 0, 0], shape: [1, 12] };
  const options = { minimumSize: 3 };

  test('are neither found nor missed, and a detection of one is no false positive', () => {
    const prediction = { data: [1, 1, 0, 0, 1, 0, 0, 1, 1, 0, 1, 0], shape: [1, 12] };
    for (const matching of ['any-overlap', 'iou', 'one-to-one'] as const) {
      const result = lesionWise(prediction, truth, { ...options, matching });
      expect(result).toMatchObject({ found: 1, missed: 0, hits: 1, falsePositives: 1, recall: 1 });
      expect(result.lesions.map(({ label }) => label)).toEqual([1]);
      // The numbers are those of `connectedComponents`, the detections of dropped lesions left out.
      expect(result.predictions.map(({ label, matches }) => [label, matches])).toEqual([
        [1, [1]],
        [4, []],
      ]);
      expect(result.panopticQuality).toBeCloseTo(2 / 3 / 1.5, 15);
    }
  });

  test('alone leave nothing to find: the rule for empty masks decides, as in BraTS', () => {
    const small = { data: [0, 0, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0], shape: [1, 12] };
    const none = { data: new Uint8Array(12), shape: [1, 12] };
    for (const prediction of [small, none]) {
      const { f1, dice, panopticQuality } = lesionWise(prediction, small, options);
      expect([f1, dice, panopticQuality]).toEqual([1, 1, 1]);
      expect(lesionWiseHausdorff(prediction, small, options).mean).toBe(0);
    }
    expect(lesionWise(small, none, options)).toMatchObject({ f1: 0, falsePositives: 2 });
  });

  test('excuse no prediction that overlaps a larger one too', () => {
    const wide = { data: [0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], shape: [1, 12] };
    const { found, hits, falsePositives } = lesionWise(wide, truth, {
      ...options,
      matching: 'one-to-one',
    });
    expect([found, hits, falsePositives]).toEqual([0, 0, 1]);
  });
});

test('panoptic quality counts an IoU above 0.5 alone (Kirillov et al. 2019)', () => {
  const truth = { data: [1, 1, 0, 0, 1, 1, 1, 0], shape: [1, 8] };
  const half = { data: [1, 0, 0, 0, 0, 0, 0, 0], shape: [1, 8] };
  const above = { data: [1, 0, 0, 0, 0, 1, 1, 0], shape: [1, 8] };
  for (const options of [
    {},
    { matching: 'one-to-one' },
    { matching: 'one-to-one', iouThreshold: 0.2 },
  ] as const) {
    expect(lesionWise(half, truth, options).panopticQuality).toBe(0);
    expect(lesionWise(above, truth, options).panopticQuality).toBeCloseTo(2 / 3 / 2, 15);
  }
  expect(lesionWise(half, truth, { matching: 'one-to-one' })).toMatchObject({ found: 1, hits: 1 });
});

/** The numbers of a row, each to within 1e-12. */
function close(row: Record<string, number>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, expect.closeTo(value, 12)]),
  );
}

const random = mulberry32(11);

/** The neighbours of a pixel: along how many axes they may differ at once says the connectivity. */
function neighboursOf(i: number, shape: readonly number[], axes: number): number[] {
  const [depth, height, width] = [1, 1, ...shape].slice(-3) as [number, number, number];
  const [z, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
  const steps = [-1, 0, 1];
  return steps.flatMap((dz) =>
    steps.flatMap((dy) =>
      steps
        .filter((dx) => {
          const apart = Math.abs(dz) + Math.abs(dy) + Math.abs(dx);
          const inside = z + dz >= 0 && z + dz < depth && y + dy >= 0 && y + dy < height;
          return apart > 0 && apart <= axes && inside && x + dx >= 0 && x + dx < width;
        })
        .map((dx) => i + (dz * height + dy) * width + dx),
    ),
  );
}

function flooded(mask: Uint8Array, shape: readonly number[], connectivity: Connectivity): number[] {
  const axes = { 4: 1, 8: 2, 6: 1, 18: 2, 26: 3 }[connectivity];
  const labels = new Array<number>(mask.length).fill(0);
  let count = 0;
  for (const [start, one] of mask.entries()) {
    if (one === 0 || labels[start] !== 0) continue;
    labels[start] = ++count;
    const open = [start];
    for (let i = open.pop(); i !== undefined; i = open.pop()) {
      for (const next of neighboursOf(i, shape, axes)) {
        if (mask[next] === 0 || labels[next] !== 0) continue;
        labels[next] = count;
        open.push(next);
      }
    }
  }
  return labels;
}

test('dilation is as many steps to the neighbours, one after another', () => {
  for (const shape of [
    [1, 1],
    [17, 13],
    [1, 30],
    [6, 11, 9],
    [1, 9, 8],
    [8, 1, 9],
  ]) {
    const size = shape.reduce((a, b) => a * b);
    for (const share of [0, 0.01, 0.05, 1]) {
      const mask = Uint8Array.from({ length: size }, () => (random() < share ? 1 : 0));
      let slow = mask;
      for (let steps = 0; steps < 5; steps++) {
        expect(dilate(mask, shape, steps)).toEqual(slow);
        slow = slow.map(
          (one, i) => one | Number(neighboursOf(i, shape, 2).some((at) => slow[at] === 1)),
        );
      }
    }
  }
});

describe('components', () => {
  test('labels are numbered in the order of their first pixels', () => {
    const { labels } = connectedComponents({ data: [0, 1, 0, 2, 0, 0, 3, 1, 0], shape: [3, 3] });
    expect([...labels]).toEqual([0, 1, 0, 1, 0, 0, 1, 1, 0]);
    const four = connectedComponents(
      { data: [0, 1, 0, 1, 0, 0, 1, 1, 0], shape: [3, 3] },
      { connectivity: 4 },
    );
    expect([...four.labels]).toEqual([0, 1, 0, 2, 0, 0, 2, 2, 0]);
  });

  test('one label alone: a component does not cross into another label', () => {
    const mask = { data: [1, 2, 2, 0, 1], shape: [1, 5] };
    expect(connectedComponents(mask).count).toBe(2);
    expect(connectedComponents(mask, { label: 2 }).count).toBe(1);
  });

  test('flipping and transposing the mask keeps the sizes', () => {
    const { data, shape } = cases.get('blobs, 3-D, shifted')!.truth;
    const view = ndarray(data, [...shape]);
    const sizes = (mask: Parameters<typeof connectedComponents>[0], connectivity: Connectivity) =>
      [...connectedComponents(mask, { connectivity }).sizes].slice(1).sort((a, b) => a - b);
    for (const connectivity of [6, 18, 26] as const) {
      const plain = sizes(view, connectivity);
      expect(sizes(view.step(-1, 1, -1), connectivity)).toEqual(plain);
      expect(sizes(view.transpose(1, 2, 0), connectivity)).toEqual(plain);
    }
  });

  test.each([
    ['noise', () => random() < 0.35],
    ['sparse', () => random() < 0.08],
    ['stripes', (i: number) => i % 3 === 0],
    ['full', () => true],
    ['empty', () => false],
  ] as const)('are those of a flood from pixel to pixel: %s', (_, inside) => {
    for (const shape of [
      [1, 1],
      [9, 31],
      [31, 9],
      [1, 40],
      [5, 9, 8],
      [1, 6, 7],
      [7, 1, 9],
    ]) {
      const data = Uint8Array.from({ length: shape.reduce((a, b) => a * b) }, (__, i) =>
        inside(i) ? 1 : 0,
      );
      for (const connectivity of shape.length === 2 ? ([4, 8] as const) : ([6, 18, 26] as const)) {
        const { labels, count } = connectedComponents({ data, shape }, { connectivity });
        const flood = flooded(data, shape, connectivity);
        expect([...labels]).toEqual(flood);
        expect(count).toBe(Math.max(...flood));
      }
    }
  });

  test('refuses what is neither 2-D nor 3-D, a connectivity of another rank, labels it cannot take', () => {
    const mask = { data: [0, 1], shape: [1, 2] };
    expect(() => connectedComponents([0, 1] as never)).toThrow(/2-D or 3-D, got a flat array/);
    expect(() => connectedComponents({ data: [0], shape: [1, 1, 1, 1] })).toThrow(/got shape/);
    expect(() => connectedComponents(mask, { connectivity: 6 })).toThrow(/4 or 8 in 2-D, got 6/);
    expect(() =>
      connectedComponents({ data: [0, Number.NaN], shape: [1, 2] }, { id: 'x' }),
    ).toThrow(/case "x": mask: labels must be whole .* got NaN at \[0, 1\]/);
    expect(() => connectedComponents(mask).box(2)).toThrow(/label from 1 to 1, got 2/);
  });
});

describe('lesion-wise', () => {
  const truth = { data: [1, 1, 0, 0, 0, 1, 0, 0, 1], shape: [1, 9] };
  const prediction = { data: [0, 1, 1, 0, 0, 0, 0, 1, 1], shape: [1, 9] };

  test('each lesion says its size, place, matches and cover', () => {
    const result = lesionWise(prediction, truth);
    expect(result.lesions).toEqual([
      {
        label: 1,
        size: 2,
        volume: 2,
        box: { start: [0, 0], end: [1, 2] },
        centroid: [0, 0.5],
        matches: [1],
        covered: 0.5,
        dice: 0.5,
        iou: 1 / 3,
      },
      expect.objectContaining({ label: 2, size: 1, matches: [], covered: 0, dice: 0 }),
      expect.objectContaining({ label: 3, size: 1, matches: [2], covered: 1, dice: 2 / 3 }),
    ]);
    expect(result).toMatchObject({ found: 2, missed: 1, falsePositives: 0, precision: 1 });
    expect(result.recall).toBe(2 / 3);
    expect(result.dice).toBeCloseTo((0.5 + 0 + 2 / 3) / 3, 15);
  });

  test('a dilation joins fragments and counts a near miss, sizes stay those of the truth', () => {
    const fragments = { data: [1, 0, 1, 0, 0, 0, 0, 0, 0, 1], shape: [1, 10] };
    const near = { data: [0, 0, 0, 1, 1, 0, 0, 0, 0, 0], shape: [1, 10] };
    const { lesions, falsePositives, dice } = lesionWise(near, fragments, {
      dilation: 1,
      spacing: [2, 3],
    });
    expect(lesions.map(({ size, volume, matches }) => [size, volume, matches])).toEqual([
      [2, 12, [1]],
      [1, 6, []],
    ]);
    expect(lesions[0]).toMatchObject({ covered: 0, dice: 0, box: { start: [0, 0], end: [1, 3] } });
    expect([falsePositives, dice]).toEqual([0, 0]);
  });

  test('recall by size takes each lesion once', () => {
    const { lesions } = lesionWise(prediction, truth, { spacing: [1, 2] });
    expect(recallBySize(lesions, [3])).toEqual([
      { from: 0, to: 3, lesions: 2, found: 1, recall: 0.5 },
      { from: 3, to: Number.POSITIVE_INFINITY, lesions: 1, found: 1, recall: 1 },
    ]);
    expect(recallBySize([], [3])[0]!.recall).toBe(Number.NaN);
    expect(() => recallBySize(lesions, [3, 3])).toThrow(/`edges` must rise/);
  });

  test('exchanging prediction and truth exchanges precision and recall', () => {
    const { prediction: p, truth: t } = cases.get('blobs, 2-D')!;
    for (const matching of ['any-overlap', 'iou', 'one-to-one'] as const) {
      const one = lesionWise(p, t, { matching });
      const other = lesionWise(t, p, { matching });
      expect(one.precision).toBe(other.recall);
      expect(one.found).toBe(other.predictions.length - other.falsePositives);
      expect(one.f1).toBeCloseTo(other.f1, 14);
    }
  });

  test('empty masks follow the one rule', () => {
    const none = { data: new Uint8Array(9), shape: [1, 9] };
    const scores = ({ precision, recall, f1, dice }: ReturnType<typeof lesionWise>) => [
      precision,
      recall,
      f1,
      dice,
    ];
    const undefinedScore = [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
    expect(scores(lesionWise(none, none))).toEqual([1, 1, 1, 1]);
    expect(scores(lesionWise(none, none, { empty: 'skip' }))).toEqual(undefinedScore);
    expect(scores(lesionWise(none, none, { empty: 'worst' }))).toEqual([0, 0, 0, 0]);
    expect(scores(lesionWise(none, truth))).toEqual([0, 0, 0, 0]);
    expect(scores(lesionWise(none, truth, { empty: 'one' }))).toEqual([1, 0, 0, 0]);
    expect(scores(lesionWise(prediction, none))).toEqual([0, 0, 0, 0]);
  });

  test('one lesion on each side: the Hausdorff distance of the masks; the rest is penalty', () => {
    const one = { data: [1, 1, 0, 0, 0, 0, 0, 0, 0], shape: [1, 9] };
    const other = { data: [0, 1, 1, 1, 0, 0, 0, 0, 0], shape: [1, 9] };
    const options = { spacing: [1, 2] };
    const { mean, distances } = lesionWiseHausdorff(one, other, {
      ...options,
      percentile: 100,
      surface: 'pixels',
    });
    expect([mean, ...distances]).toEqual([4, 4]);
    expect(mean).toBe(hausdorffDistance(one, other, options));
    const result = lesionWiseHausdorff(prediction, truth, {
      penalty: 10,
      percentile: 100,
      surface: 'pixels',
    });
    expect(result).toEqual({ mean: 4, distances: [1, 10, 1], falsePositives: 0 });
    const none = { data: new Uint8Array(9), shape: [1, 9] };
    expect(lesionWiseHausdorff(one, none).mean).toBe(374);
    expect(lesionWiseHausdorff(none, none).mean).toBe(0);
    expect(lesionWiseHausdorff(none, none, { empty: 'skip' }).mean).toBeNaN();
    expect(lesionWiseHausdorff(none, none, { empty: 'worst', penalty: 9 }).mean).toBe(9);
    expect(() => lesionWiseHausdorff(one, one, { id: 'x', penalty: -1 })).toThrow(
      /case "x": `penalty` must be a length/,
    );
    expect(() => lesionWiseHausdorff(one, none, { percentile: 101 })).toThrow(/`percentile` must/);
    expect(() => lesionWiseHausdorff(one, none, { surface: 'face' as never })).toThrow(/`surface`/);
  });

  test('bad input names the case', () => {
    const shapes = () => lesionWise(truth, { ...truth, shape: [9, 1] }, { id: 'x' });
    expect(shapes).toThrow(/`lesionWise`, case "x": prediction and truth must have one shape/);
    for (const matching of ['dice', null, {}, 1] as never[]) {
      expect(() => lesionWise(truth, truth, { matching })).toThrow(/`matching` must be one of/);
    }
    expect(() => lesionWise(truth, truth, { iouThreshold: 0.5 })).toThrow(/needs `matching`/);
    expect(() => lesionWise(truth, truth, { matching: 'iou', iouThreshold: 2 })).toThrow(/0 to 1/);
    expect(() => lesionWise(truth, truth, { minimumSize: 0 })).toThrow(
      /`minimumSize` must be a wh/,
    );
    expect(() => lesionWise(truth, truth, { dilation: 0.5 })).toThrow(/`dilation` must be a whole/);
    expect(() => lesionWise(truth, truth, { spacing: [0, 1] })).toThrow(/`spacing` must be 2 len/);
  });
});
