import ndarray from 'ndarray';
import { describe, expect, test } from 'vitest';
import {
  type AmplificationMethod,
  amplify,
  centerCrop,
  compact,
  cropAndResize,
  flipHorizontal,
  flipVertical,
  lesionArea,
  marginCrop,
  resizeNearest,
  type Sample,
} from '../src/index.ts';
import { elements, sampleOf, square } from './samples.ts';

const small = sampleOf(60, 80, 3, square(20, 30, 10));

describe('which copies are made', () => {
  const ids = (sample: Sample, method: AmplificationMethod, threshold = 1000) =>
    [...amplify(sample, { method, threshold })].map(({ id }) => id.replace('case_007', ''));

  test.each([
    [1, ['', '_A1', '_A2', '_A3', '_A4']],
    [2, ['', '_A1', '_A2', '_A3', '_A4']],
    [3, ['', '_A1', '_A2', '_A3', '_A4', '_A5', '_A6', '_A7', '_A8']],
    [4, ['', '_A1', '_A2', '_A3', '_A4', '_C']],
  ] as const)('method %i', (method, expected) => {
    expect(ids(small, method)).toEqual(expected);
  });

  test('the original comes first, unchanged', () => {
    const [first] = amplify(small, { method: 4 });
    expect(first).toBe(small);
  });

  test.each([
    [5, 1],
    [6, 5],
    [99, 5],
    [100, 1],
    [101, 1],
  ])('limits are exclusive: area %i with threshold 100 gives %i samples', (area, count) => {
    const sample = sampleOf(20, 20, 1, (row, column) => 20 * row + column < area);
    expect([...amplify(sample, { method: 2, threshold: 100 })]).toHaveLength(count);
  });

  test('thresholds default to the paper’s and are taken from statistics by method', () => {
    const count = (
      area: number,
      method: AmplificationMethod,
      threshold?: { n1: number; n2: number },
    ) => {
      const sample = sampleOf(50, 50, 1, (row, column) => 50 * row + column < area);
      return [...amplify(sample, { method, ...(threshold && { threshold }) })].length;
    };
    expect([count(2024, 1), count(2025, 1)]).toEqual([5, 1]);
    expect([count(1023, 2), count(1024, 2)]).toEqual([5, 1]);
    const statistics = { n1: 200, n2: 100 };
    expect([count(199, 1, statistics), count(200, 1, statistics)]).toEqual([5, 1]);
    expect([count(99, 4, statistics), count(100, 4, statistics)]).toEqual([6, 1]);
  });

  test('copies say what was done and what was cut out: the extended set of 480×480 pixels', () => {
    const sample = sampleOf(480, 480, 1, square(200, 200, 10));
    const [original, ...made] = amplify(sample, { method: 2, extended: true });
    expect(original).toBe(sample);
    const inset = (rows: number, columns = rows) => ({
      top: rows,
      bottom: 480 - rows,
      left: columns,
      right: 480 - columns,
    });
    const [A1, A2, ...crops] = made;
    const withCrop = [...amplify(sample, { method: 4, extended: true })].map(({ id }) => id);
    expect(withCrop).toEqual([original, ...made, { id: 'case_007_C' }].map((one) => one!.id));
    expect([A1, A2].map((copy) => [copy!.operation, copy!.box])).toEqual([
      ['A1', undefined],
      ['A2', undefined],
    ]);
    expect(crops.map(({ operation, box }) => [operation, box])).toEqual([
      ...['A3', 'A4', 'A5'].map((name) => [name, inset(50)]),
      ['A6', inset(50, 0)],
      ['A7', inset(0, 50)],
      ...[75, 75, 100, 100, 125, 125, 25, 25].map((margin, i) => [`A${8 + i}`, inset(margin)]),
    ]);
    // The second of each pair is the first of the mirrored image.
    const [first, second] = [crops[9]!, crops[10]!];
    const mirrored = cropAndResize(flipHorizontal(sample), inset(125));
    expect(second.image.data.join()).toBe(mirrored.image.data.join());
    expect(first.image.data.join()).not.toBe(second.image.data.join());
  });

  test('the centre crop says its exact box', () => {
    const sample = sampleOf(480, 480, 1, square(200, 220, 9));
    const crop = [...amplify(sample, { method: 4, seed: 5 })].at(-1)!;
    const { top, bottom, left, right } = crop.box!;
    expect([(top + bottom) / 2, (left + right) / 2]).toEqual([204, 224]);
    const again = centerCrop(sample, {
      random: () => ((bottom - top) / 2 - 150) / 11,
      halfSize: [150 / 480, 160 / 480],
    })!;
    expect(again.box).toMatchObject({ top, bottom });
  });

  test('size, channels and group stay; other fields of the sample stay too', () => {
    const sample = { ...small, scanner: 'A' };
    for (const copy of amplify(sample, { method: 3, threshold: 1000 })) {
      expect(copy.image.shape).toEqual([60, 80, 3]);
      expect(copy.mask.shape).toEqual([60, 80]);
      expect(copy).toMatchObject({ group: 'case', scanner: 'A' });
    }
  });

  test('the input is not changed', () => {
    const sample = sampleOf(60, 80, 2, square(20, 30, 10));
    const before = [elements(sample.image), elements(sample.mask)];
    for (const method of [3, 4] as const) for (const _ of amplify(sample, { method }));
    expect([elements(sample.image), elements(sample.mask)]).toEqual(before);
  });

  test('a strided view gives the same copies as a compact array', () => {
    const wide = sampleOf(60, 160, 4, () => false);
    const view: Sample = {
      ...small,
      image: wide.image.step(1, 2, 2),
      mask: small.mask,
    };
    const compact: Sample = {
      ...view,
      image: ndarray(Float32Array.from(elements(view.image)), [60, 80, 2]),
    };
    const all = (sample: Sample) =>
      [...amplify(sample, { method: 4 })].map(({ image, mask }) => [
        elements(image),
        elements(mask),
      ]);
    expect(all(view)).toEqual(all(compact));
  });
});

describe('operations (index by index)', () => {
  test('flips', () => {
    const [vertical, horizontal] = [flipVertical(small), flipHorizontal(small)];
    for (const [row, column] of [
      [0, 0],
      [22, 31],
      [59, 79],
    ] as const) {
      expect(vertical.image.get(row, column, 1)).toBe(small.image.get(59 - row, column, 1));
      expect(vertical.mask.get(row, column)).toBe(small.mask.get(59 - row, column));
      expect(horizontal.image.get(row, column, 2)).toBe(small.image.get(row, 79 - column, 2));
      expect(horizontal.mask.get(row, column)).toBe(small.mask.get(row, 79 - column));
    }
    expect(elements(flipVertical(vertical).image)).toEqual(elements(small.image));
  });

  test('at 480 pixels the margin is 50: rows and columns [50, 430)', () => {
    const sample = sampleOf(480, 480, 1, (row, column) => row >= 50 && row < 430 && column === 50);
    const crop = marginCrop(sample);
    const expected = cropAndResize(sample, { top: 50, bottom: 430, left: 50, right: 430 });
    expect(crop.image.data.join()).toBe(expected.image.data.join());
    expect(crop.mask.get(0, 0)).toBe(1);
    expect(crop.mask.get(479, 1)).toBe(1);
    expect(crop.mask.get(0, 2)).toBe(0);
  });

  test('the lesion’s area grows by the square of the zoom', () => {
    const sample = sampleOf(480, 480, 1, square(200, 220, 40));
    for (const margin of [25, 50, 100]) {
      const zoom = 480 / (480 - 2 * margin);
      const side = Math.sqrt(lesionArea(marginCrop(sample, { margin: margin / 480 }).mask));
      // Each side is a whole number of pixels.
      expect(Math.abs(side - 40 * zoom)).toBeLessThanOrEqual(1);
    }
  });

  test('margins of one pair of sides', () => {
    const rows = marginCrop(small, { sides: 'rows' });
    expect(elements(rows.mask)).toEqual(
      elements(resizeNearest(small.mask.lo(6, 0).hi(48, 80), [60, 80])),
    );
    const columns = marginCrop(small, { sides: 'columns', margin: 0.25 });
    expect(elements(columns.mask)).toEqual(
      elements(resizeNearest(small.mask.lo(0, 20).hi(60, 40), [60, 80])),
    );
  });

  test('a margin never takes everything, even of tiny images', () => {
    for (const size of [1, 2, 3, 5]) {
      const crop = marginCrop(
        sampleOf(size, size, 1, () => true),
        { margin: 0.49 },
      );
      expect(lesionArea(crop.mask)).toBe(size * size);
    }
  });
});

describe('determinism', () => {
  const crop = (sample: Sample, seed: number) => {
    const copies = [...amplify(sample, { method: 4, seed, halfSize: [0.1, 0.4] })];
    return copies.at(-1)!.image.data.join();
  };
  const samples = Array.from({ length: 6 }, (_, i) => ({
    ...sampleOf(90, 90, 1, square(40, 42, 10)),
    id: `case_${i}`,
  }));

  test('a second pass over the result gives the same copies', () => {
    const copies = amplify(samples[0]!, { method: 4, seed: 3 });
    const pass = () => [...copies].map(({ id, image }) => [id, elements(image).join()]);
    expect(pass()).toEqual(pass());
  });

  test('draws depend on seed and id, not on the order of samples', () => {
    const forwards = samples.map((sample) => crop(sample, 1));
    const backwards = samples.toReversed().map((sample) => crop(sample, 1));
    expect(backwards.toReversed()).toEqual(forwards);
    // The samples differ in nothing but their ids.
    expect(new Set(forwards).size).toBe(6);
    expect(new Set([1, 2, 3, 4, 5].map((seed) => crop(samples[0]!, seed))).size).toBe(5);
  });
});

describe('errors name what came', () => {
  test.each<[string, () => unknown, RegExp]>([
    ['method', () => amplify(small, { method: 5 as 4 }), /`method` must be 1, 2, 3 or 4, got 5/],
    [
      'threshold',
      () => amplify(small, { method: 1, threshold: Number.NaN }),
      /`threshold` must be .*, got NaN/,
    ],
    [
      'margin',
      () => marginCrop(small, { margin: 50 }),
      /`margin` must be a fraction .* got 50; 50 pixels of 480 are 50 \/ 480/,
    ],
    ['sides', () => marginCrop(small, { sides: 'left' as 'all' }), /`sides` must be .*, got left/],
    [
      'halfSize',
      () => centerCrop(small, { random: () => 0, halfSize: [150, 160] }),
      /`halfSize` must be two fractions .*, got \[150, 160\]/,
    ],
    [
      'box',
      () => cropAndResize(small, { top: 0, bottom: 61, left: 0, right: 1 }),
      /must be a non-empty part of \[60, 80\], got rows 0–61/,
    ],
    [
      'mask of another shape',
      () => amplify({ ...small, mask: ndarray(new Uint8Array(12), [3, 4]) }, { method: 1 }),
      /mask of sample case_007 must have the image's height and width \[60, 80\], got \[3, 4\]/,
    ],
    [
      'image without channels',
      () => flipVertical({ ...small, image: ndarray(new Float32Array(12), [3, 4]) }),
      /image \[row, column, channel\] and a mask \[row, column\], got \[3, 4\]/,
    ],
    [
      'size',
      () => resizeNearest(small.mask, [0, 3]),
      /`size` must be two whole numbers of pixels, got \[0, 3\]/,
    ],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(message);
    expect(run).toThrow(RangeError);
  });
});

describe('arrays that the caller lends', () => {
  const sample = sampleOf(20, 24, 3, square(8, 9, 5));
  const options = { method: 4, extended: true, threshold: 1000 } as const;

  test('hold the same bits as new ones, whatever was in them', () => {
    const lent: Float32Array[] = [];
    const lend = (length: number) => {
      lent.push(new Float32Array(length).fill(Number.NaN));
      return lent.at(-1)!;
    };
    const copies = [...amplify(sample, { ...options, lend })].map((one) =>
      lent.includes(one.image.data) || one === sample ? one : compact(one, { lend }),
    );
    expect(copies.map(({ id, image }) => [id, elements(image)])).toEqual(
      [...amplify(sample, options)].map(({ id, image }) => [id, elements(image)]),
    );
    expect(lent).toHaveLength(copies.length - 1);
  });

  test('may be one for all, where a copy is done with before the next', () => {
    const one = new Float32Array(sample.image.size);
    const expected = [...amplify(sample, options)].map(({ image }) => elements(image));
    let index = 0;
    for (const { image } of amplify(sample, { ...options, lend: () => one })) {
      expect(elements(image)).toEqual(expected[index++]);
    }
    expect(index).toBe(expected.length);
  });

  test('must have the length asked for', () => {
    expect(() => marginCrop(sample, { lend: () => new Float32Array(7) })).toThrow(
      '`resizeBilinear`: `lend` must give a Float32Array of 1440 numbers, got one of 7',
    );
    expect(() => compact(sample, { lend: (length) => new Array(length) as never })).toThrow(
      '`compact`: `lend` must give a Float32Array of 1440 numbers, got object',
    );
  });
});
