import ndarray from 'ndarray';
import { describe, expect, test } from 'vitest';
import {
  averageSymmetricSurfaceDistance as assd,
  boundaryIoU,
  distanceTransform,
  type EmptyRule,
  hausdorffDistance,
  type LabelGrid,
  normalizedSurfaceDice,
  surfaceDistances,
} from '../src/index.ts';
import { lesionWiseHausdorff, recallBySize } from '../src/lesions/index.ts';
import { cases, type Grid, number, reference } from './reference.ts';

const expected = [...reference('boundary').values()];
/** MONAI computes distances in single precision. */
const single = { rtol: 1e-6, atol: 1e-6 };

describe.each(expected.filter((row) => 'transform' in row))('equal to SciPy: $name', (row) => {
  test('distance transform', () => {
    const { truth, spacing } = cases.get(row.case)!;
    const distances = distanceTransform(truth, { spacing, label: row.label });
    const total = distances.reduce((sum, one) => sum + one, 0);
    expect([total]).toBeAllclose([row.transform.sum], { rtol: 1e-12 });
    const farthest = distances.reduce((most, one) => Math.max(most, one), 0);
    expect(farthest).toBeCloseTo(row.transform.max, 10);
    const some = distances.filter((_, i) => i % 97 === 0).subarray(0, 200);
    expect(some).toBeAllclose(row.transform['every 97th'], { rtol: 1e-12, atol: 1e-12 });
  });
});

describe.each(expected.filter((row) => 'assd' in row))('equal to MONAI: $name', (row) => {
  const { prediction, truth, spacing } = cases.get(row.case)!;
  const distances = surfaceDistances(prediction, truth, { spacing, label: row.label });

  test('Hausdorff distance at percentiles', () => {
    const percentiles = Object.keys(row.hausdorff);
    const received = percentiles.map((q) =>
      hausdorffDistance(distances, { percentile: Number(q) }),
    );
    expect(received).toBeAllclose(Object.values(row.hausdorff), single);
  });

  test('average symmetric surface distance', () => {
    expect([assd(distances)]).toBeAllclose([row.assd], single);
  });

  test('normalized surface Dice at tolerances', () => {
    const tolerances = Object.keys(row.nsd);
    const received = tolerances.map((mm) =>
      normalizedSurfaceDice(distances, { tolerance: Number(mm) }),
    );
    expect(received).toBeAllclose(Object.values(row.nsd), single);
  });
});

describe.each(expected.filter((row) => 'area' in row))(
  'equal to surface-distance: $name',
  (row) => {
    test('Hausdorff distance, average and normalized Dice weighted by area', () => {
      const { prediction, truth, spacing } = cases.get(row.case)!;
      const options = { spacing, label: row.label, surface: 'area' } as const;
      const distances = surfaceDistances(prediction, truth, options);
      const percentiles = Object.keys(row.area.hausdorff).map(Number);
      const tolerances = Object.keys(row.area.nsd).map(Number);
      expect([
        ...percentiles.map((percentile) => hausdorffDistance(distances, { percentile })),
        assd(distances),
        ...tolerances.map((tolerance) => normalizedSurfaceDice(distances, { tolerance })),
      ]).toBeAllclose(
        [...Object.values(row.area.hausdorff), row.area.assd, ...Object.values(row.area.nsd)],
        { rtol: 1e-12, atol: 1e-12 },
      );
    });
  },
);

test.each(expected)('boundary IoU equal to SciPy: $name', (row) => {
  const { prediction, truth, spacing } = cases.get(row.case)!;
  const widths = Object.keys(row.boundaryIoU);
  const options = { spacing, label: row.label, empty: 'nan' } as const;
  const received = widths.map((mm) =>
    boundaryIoU(prediction, truth, { ...options, width: Number(mm) }),
  );
  expect(received).toBeAllclose(Object.values<number | null>(row.boundaryIoU).map(number), {
    rtol: 1e-12,
  });
});

describe('equal to the slow definition', () => {
  /** Every pair of pixels: the square root of the least weighted sum of squares. */
  function byDefinition({ data, shape }: Grid, spacing: readonly number[]): number[] {
    const place = (i: number) => {
      const [h, w] = shape.slice(-2) as [number, number];
      const all = [Math.floor(i / (h * w)), Math.floor(i / w) % h, i % w];
      return all.slice(-shape.length);
    };
    const ones = [...data.keys()].filter((i) => data[i] === 1).map(place);
    return Array.from(data, (_, i) => {
      const at = place(i);
      const lengths = ones.map((one) =>
        Math.hypot(...one.map((c, k) => (c - at[k]!) * spacing[k]!)),
      );
      return Math.min(...lengths);
    });
  }

  test.each([
    ['checkerboard', [1, 1, 1]],
    ['one voxel in the corner', [5, 0.5, 0.5]],
    ['blobs, 2-D', [0.3, 7]],
    ['both empty, 3-D', [1, 2, 3]],
    ['all foreground', [1, 1]],
  ])('distance transform of %s', (name, spacing) => {
    const { truth } = cases.get(name)!;
    const received = distanceTransform(truth, { spacing });
    expect(received).toBeAllclose(byDefinition(truth, spacing), { rtol: 1e-12 });
  });
});

describe('a length that a header rounds to float32 is the length it stands for', () => {
  // A slab and the same moved by one voxel along each axis in turn.
  const slab = (z: number, y: number, x: number) => {
    const data = new Uint8Array(8 ** 3);
    for (let k = z; k < z + 4; k++) {
      for (let j = y; j < y + 4; j++) data.fill(1, (8 * k + j) * 8 + x, (8 * k + j) * 8 + x + 4);
    }
    return { data, shape: [8, 8, 8] };
  };

  // All of the one surface lies within a voxel of the other: the right share is 1.
  test.each([1.2, 0.1, 0.3, 0.7, 0.9765625, 3.3, 1e-3, 250.1])('%d mm', (mm) => {
    const header = Math.fround(mm);
    for (const moved of [slab(3, 2, 2), slab(2, 3, 2), slab(2, 2, 3)]) {
      for (const spacing of [mm, header]) {
        const options = { spacing: [spacing, spacing, spacing] };
        const nsd = (tolerance: number) =>
          normalizedSurfaceDice(moved, slab(2, 2, 2), { ...options, tolerance });
        expect([nsd(mm), nsd(header)]).toEqual([1, 1]);
        expect(nsd(0.99999 * mm)).toBeLessThan(1);
        const rim = (width: number) => boundaryIoU(moved, slab(2, 2, 2), { ...options, width });
        expect(rim(header)).toBe(rim(mm));
        expect(rim(2 * mm)).toBe(rim(2 * header));
      }
    }
  });

  test('volumes on an edge of sizes are above it', () => {
    const voxel = Math.fround(1.2) ** 3;
    const lesion = (pixels: number) => ({ volume: pixels * voxel, matches: [] });
    const bins = recallBySize([lesion(9), lesion(10), lesion(11)], [10 * 1.2 ** 3, 11 * 1.2 ** 3]);
    expect(bins.map(({ lesions }) => lesions)).toEqual([1, 1, 1]);
    const down = recallBySize([lesion(10)], [10 * voxel * (1 + 1e-7)]);
    expect(down.map(({ lesions }) => lesions)).toEqual([0, 1]);
  });
});

describe('a 3-D grid of one slice is the image that it is', () => {
  const { prediction, truth } = cases.get('blobs, 2-D')!;
  const [rows, columns] = truth.shape as [number, number];
  const spacing = [0.7, 1.3];
  const scores = (
    p: LabelGrid,
    t: LabelGrid,
    mm: readonly number[],
    surface: 'pixels' | 'area',
  ) => {
    const options = { spacing: mm, surface };
    return [
      hausdorffDistance(p, t, { ...options, percentile: 95 }),
      assd(p, t, options),
      normalizedSurfaceDice(p, t, { ...options, tolerance: 1.3 }),
      surfaceDistances(p, t, options).diagonal,
      boundaryIoU(p, t, { spacing: mm, width: 2 }),
      lesionWiseHausdorff(p, t, options).mean,
    ];
  };

  test.each([
    ['slice', [1, rows, columns], [5, ...spacing]],
    ['row', [rows, 1, columns], [0.7, 5, 1.3]],
    ['column', [rows, columns, 1], [...spacing, 5]],
  ])('one %s, whatever its thickness', (_, shape, mm) => {
    const solid = ({ data }: Grid) => ({ data, shape });
    for (const surface of ['pixels', 'area'] as const) {
      const flat = scores(prediction, truth, spacing, surface);
      expect(scores(solid(prediction), solid(truth), mm, surface)).toEqual(flat);
    }
  });

  test('of two slices, each pixel has a face to the outside', () => {
    const twice = ({ data }: Grid) => ({
      data: Uint8Array.of(...data, ...data),
      shape: [2, rows, columns],
    });
    const { truthToPrediction } = surfaceDistances(twice(prediction), twice(truth));
    const pixels = truth.data.reduce((sum, one) => sum + one, 0);
    expect(truthToPrediction.distances).toHaveLength(2 * pixels);
  });
});

describe('properties', () => {
  const { prediction, truth, spacing } = cases.get('blobs, 3-D, thick slices')!;
  const options = { spacing, percentile: 95, tolerance: 1.5, width: 2 };
  const all = (p: LabelGrid, t: LabelGrid, mm: typeof options) => [
    hausdorffDistance(p, t, mm),
    assd(p, t, mm),
    normalizedSurfaceDice(p, t, mm),
    boundaryIoU(p, t, mm),
  ];
  const scores = all(prediction, truth, options);

  test('symmetric in prediction and truth', () => {
    expect(all(truth, prediction, options)).toBeAllclose(scores, { rtol: 1e-14 });
  });

  test('distances scale with the spacing, shares do not change', () => {
    const scaled = {
      ...options,
      spacing: spacing.map((mm) => 3 * mm),
      tolerance: 3 * options.tolerance,
      width: 3 * options.width,
    };
    const [hd = 0, mean = 0, nsd = 0, rim = 0] = scores;
    expect(all(prediction, truth, scaled)).toBeAllclose([3 * hd, 3 * mean, nsd, rim], {
      rtol: 1e-12,
    });
  });

  test('exchanging axes with their spacing and mirroring change nothing', () => {
    const turn = ({ data, shape }: Grid) =>
      ndarray(data, [...shape])
        .transpose(2, 0, 1)
        .step(-1, 1, 1);
    const [dz = 0, dy = 0, dx = 0] = spacing;
    const turned = { ...options, spacing: [dx, dz, dy] };
    expect(all(turn(prediction), turn(truth), turned)).toBeAllclose(scores, { rtol: 1e-12 });
  });

  test('background around the image changes nothing', () => {
    const [depth = 0, height = 0, width = 0] = truth.shape;
    const pad = ({ data }: Grid) => {
      const shape = [depth + 4, height + 3, width + 5];
      const wide = ndarray(new Uint8Array((depth + 4) * (height + 3) * (width + 5)), shape);
      const old = ndarray(data, [depth, height, width]);
      for (let z = 0; z < depth; z++)
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++) wide.set(z + 1, y + 2, x + 3, old.get(z, y, x));
      return wide;
    };
    expect(all(pad(prediction), pad(truth), options)).toBeAllclose(scores, { rtol: 1e-12 });
  });

  test('distances measured once give the same scores', () => {
    const once = surfaceDistances(prediction, truth, { spacing });
    expect([
      hausdorffDistance(once, options),
      assd(once),
      normalizedSurfaceDice(once, options),
    ]).toEqual(scores.slice(0, 3));
  });
});

describe('empty masks', () => {
  const none = { data: new Uint8Array(12), shape: [3, 4] };
  const some = { data: Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), shape: [3, 4] };
  const all = (p: Grid, t: Grid, empty?: EmptyRule) => {
    const options = { spacing: [1, 3], ...(empty && { empty }) };
    return [
      hausdorffDistance(p, t, options),
      assd(p, t, options),
      normalizedSurfaceDice(p, t, { ...options, tolerance: 1 }),
    ];
  };
  const diagonal = Math.hypot(3, 12);

  test('by default nothing on both sides scores best, on one side worst, as in BraTS', () => {
    expect(all(none, none)).toEqual([0, 0, 1]);
    expect(all(none, some)).toEqual([diagonal, diagonal, 0]);
    expect(all(some, none)).toEqual([diagonal, diagonal, 0]);
    expect(boundaryIoU(none, none)).toBe(1);
    expect(boundaryIoU(none, some)).toBe(0);
  });

  test('the worst distance may be given, as the 374 mm of BraTS', () => {
    const options = { spacing: [1, 3], penalty: 374 };
    const once = surfaceDistances(none, some, { spacing: [1, 3] });
    for (const score of [hausdorffDistance, assd]) {
      expect(score(none, some, options)).toBe(374);
      expect(score(some, none, options)).toBe(374);
      expect(score(once, { penalty: 374 })).toBe(374);
      expect(score(none, none, options)).toBe(0);
      expect(score(some, some, options)).toBe(0);
      expect(() => score(none, some, { penalty: -1 })).toThrow(/`penalty` must be a length/);
      expect(() => score(none, some, { penalty: Infinity })).toThrow(/got Infinity/);
    }
  });

  test('every rule means the same', () => {
    for (const [p, t] of [
      [none, none],
      [some, none],
    ] as const) {
      expect(all(p, t, 'zero')).toEqual([0, 0, 0]);
      expect(all(p, t, 'one')).toEqual([1, 1, 1]);
      expect(all(p, t, 'nan')).toEqual([Number.NaN, Number.NaN, Number.NaN]);
      expect(all(p, t, 'skip')).toEqual([Number.NaN, Number.NaN, Number.NaN]);
      expect(all(p, t, 'worst')).toEqual([diagonal, diagonal, 0]);
      expect(all(p, t, 'best')).toEqual([0, 0, 1]);
    }
  });
});

describe('bad input names the function and the case', () => {
  const mask = { data: [0, 1, 0, 0], shape: [2, 2] };
  const id = 'leg';
  test.each([
    [
      'spacing zero',
      () => hausdorffDistance(mask, mask, { spacing: [1, 0], id }),
      /above 0.*got \[1,0\]/,
    ],
    ['spacing of another rank', () => assd(mask, mask, { spacing: [1], id }), /2 lengths in mm/],
    ['spacing NaN', () => boundaryIoU(mask, mask, { spacing: [1, Number.NaN], id }), /`spacing`/],
    [
      'rank',
      () => surfaceDistances({ data: [0], shape: [1] }, mask, { id }),
      /prediction must be 2-D or/,
    ],
    ['shapes', () => hausdorffDistance(mask, { data: [0, 1], shape: [1, 2] }, { id }), /one shape/],
    [
      'label',
      () => assd(mask, { data: [0, -1, 0, 0], shape: [2, 2] }, { id }),
      /got -1 at \[0, 1\]/,
    ],
    ['width', () => boundaryIoU(mask, mask, { width: 0.5, id }), /smallest spacing, 1 mm, got 0.5/],
    ['transform', () => distanceTransform(mask, { spacing: [-1, 1], id }), /`spacing`/],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(message);
    expect(call).toThrow(/^`(hausdorff|average|boundary|surface|distance)\w+`, case "leg": /);
  });

  test('percentile and tolerance out of range', () => {
    expect(() => hausdorffDistance(mask, mask, { percentile: 101 })).toThrow(/0 to 100, got 101/);
    expect(() => normalizedSurfaceDice(mask, mask, {} as never)).toThrow(/at least 0, got undef/);
  });
});
