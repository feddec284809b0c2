import { signed, uniform } from '@sts-net/testing';
import ndarray, { type NdArray } from 'ndarray';
import { describe, expect, test, vi } from 'vitest';
import {
  createVolume,
  decodeVolume,
  encodeVolume,
  IGNORED,
  type LabelRule,
  labelCounts,
  labelsOf,
  likeVolume,
  readDicomSeries,
  resample,
  resizeLabels,
  type Volume,
  type VoxelArray,
} from '../src/index.ts';
import { ctSlice } from './dicom-files.ts';
import { valuesOf } from './volumes.ts';

function volumeOf<T extends VoxelArray>(
  data: T,
  shape: readonly number[] = [1, 1, data.length],
): Volume<T> {
  return createVolume(ndarray(data, [...shape]), { spacing: [3, 1, 1] });
}

/** A float volume as a file keeps it whose voxels are scaled integers, as nibabel chooses the scale. */
async function scaledFile(values: readonly number[], datatype: 'int16' | 'uint8'): Promise<Volume> {
  const [low, high, least] = datatype === 'int16' ? [-32768, 32767, -32768] : [0, 255, 0];
  const [smallest, largest] = [Math.min(...values), Math.max(...values)];
  const slope = Math.fround((largest - smallest) / (high - low));
  const intercept = Math.fround(smallest - least * slope);
  const stored = values.map((value) =>
    Math.min(high, Math.max(low, Math.round((value - intercept) / slope))),
  );
  const Type = datatype === 'int16' ? Int16Array : Uint8Array;
  const bytes = await encodeVolume(volumeOf(Type.from(stored)));
  const view = new DataView(bytes.buffer);
  view.setFloat32(112, slope, true);
  view.setFloat32(116, intercept, true);
  return decodeVolume(bytes);
}

const wholeRules: LabelRule[] = ['whole', 'nonzero', { classes: 9 }, { labels: [1, 2] }];

describe('labelsOf against the slow obvious way', () => {
  /** What a rule makes of one whole number, `undefined` if it refuses it. */
  function labelFor(rule: LabelRule, value: number): number | undefined {
    if (rule === 'whole') return value < 0 || value > 255 ? undefined : value;
    if (rule === 'nonzero') return value < 0 ? undefined : value === 0 ? 0 : 1;
    if ('threshold' in rule) return value < rule.threshold ? 0 : 1;
    if ('labels' in rule) {
      if (value === rule.ignore) return 255;
      if (rule.labels === 'nonzero') return labelFor('nonzero', value);
      return value < 0 ? undefined : rule.labels.filter((l) => l === value).length;
    }
    if (value === rule.ignore) return 255;
    const label = rule.map !== undefined && value in rule.map ? rule.map[value]! : value;
    return label < 0 || label >= rule.classes ? undefined : label;
  }
  const rules: LabelRule[] = [
    ...wholeRules,
    { classes: 3 },
    { classes: 2, map: { 2: 1, 4: 1 } },
    { classes: 3, map: { 4: 0, [-1]: 2 }, ignore: 7 },
    { classes: 5, ignore: -1 },
    { classes: 255, ignore: 0 },
    { labels: 'nonzero' },
    { labels: 'nonzero', ignore: -1 },
    { labels: [1, 3], ignore: 255 },
    { labels: [2], ignore: 2 },
    { threshold: 2 },
    { threshold: -0.5 },
  ];
  const types = [
    Int8Array,
    Uint8Array,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
  ];

  test.each(rules)('%j, voxels of every type, of any stride', (rule) => {
    for (const Type of types) {
      const values = Array.from(uniform(`${Type.name}`, 60), (u) => Math.floor(u * 5));
      const whole = ndarray(Type.from(values) as VoxelArray, [3, 4, 5]);
      for (const voxels of [whole, whole.transpose(2, 0, 1).step(-1, 1, -1), whole.lo(1, 1, 2)]) {
        const volume = createVolume(voxels as NdArray<VoxelArray>, { spacing: [2, 1, 1] });
        const expected = valuesOf(volume).map((value) => labelFor(rule, value));
        if (expected.includes(undefined)) {
          const count = expected.filter((label) => label === undefined).length;
          expect(() => labelsOf(volume, rule)).toThrow(
            `; ${count} of ${expected.length} voxels hold no such number;`,
          );
          continue;
        }
        const labels = labelsOf(volume, rule);
        expect(labels.voxels.data).toEqual(Uint8Array.from(expected as number[]));
        expect(labels.voxels.shape).toEqual(volume.voxels.shape);
        expect(labels.affine).toEqual(volume.affine);
      }
    }
  });

  test.each(rules)('%j, one number after another', (rule) => {
    for (let value = -3; value <= 300; value++) {
      const expected = labelFor(rule, value);
      const run = () => labelsOf(volumeOf(Float32Array.of(value)), rule).voxels.get(0, 0, 0);
      if (expected === undefined) expect(run).toThrow(RangeError);
      else expect(run()).toBe(expected);
    }
  });

  test('the result is an array of its own, and the rule for whole numbers is the default', () => {
    const mask = volumeOf(Uint8Array.of(0, 7, 255));
    const labels = labelsOf(mask);
    expect(labels.voxels.data).toEqual(mask.voxels.data);
    labels.voxels.set(0, 0, 1, 1);
    expect(mask.voxels.get(0, 0, 1)).toBe(7);
    expect(IGNORED).toBe(255);
  });
});

describe('what is no whole number', () => {
  test.each([
    0.01,
    0.5,
    0.999,
    1e-4,
    1 - 1e-4,
    1.5,
    254.5,
    -0.3,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ])('%d is refused by every rule but a threshold', (value) => {
    for (const Type of [Float32Array, Float64Array]) {
      const data = new Type(24).map((_, i) => i % 2);
      data[17] = value;
      const mask = volumeOf(data, [2, 3, 4]);
      for (const rule of wholeRules) {
        const place = `got ${data[17]} at [slice, row, column] [1, 1, 1]; 1 of 24 voxels`;
        expect(() => labelsOf(mask, rule)).toThrow(place);
      }
      expect(() => labelCounts(mask)).toThrow('the mask must hold whole numbers, got ');
      const expected = [0, value >= 0.5 ? 1 : 0, 0];
      expect([...labelsOf(mask, { threshold: 0.5 }).voxels.data.subarray(16, 19)]).toEqual(
        expected,
      );
    }
  });

  test('a probability volume, also if it is nearly sure of itself or of nothing', () => {
    const logits = signed('logits', 500).map((z) => 20 * z);
    const sure = logits.map((z) => 1 / (1 + Math.exp(-z)));
    for (const data of [sure, sure.map((p) => p * 1e-3), sure.map((p) => 100 * p)]) {
      expect(() => labelsOf(volumeOf(data))).toThrow(/if these are probabilities or a soft mask/);
    }
  });

  test('the voxel farthest from a whole number is shown, and all are counted', () => {
    const mask = volumeOf(Float32Array.of(0, -1, 0.125, 0.5, 0.5, 0.75, 1), [1, 1, 7]);
    expect(() => labelsOf(mask)).toThrow(/got 0.5 at .* \[0, 0, 3\]; 5 of 7 voxels/);
    expect(() => labelCounts(mask)).toThrow(/got 0.5 at .* \[0, 0, 3\]; 4 of 7 voxels/);
    const none = volumeOf(Float32Array.of(0.01, 0.5, Number.POSITIVE_INFINITY, 1));
    expect(() => labelsOf(none)).toThrow(/got Infinity at .* \[0, 0, 2\]; 3 of 4 voxels/);
  });
});

describe('labels kept as scaled integers are the whole numbers that they stand for', () => {
  const sets = [
    [0, 1],
    [0, 1, 2, 4],
    [0, 255],
    [0, 3, 17, 200, 255],
    [1, 2],
  ];
  test.each(sets.map((labels) => ({ labels })))('$labels in 16 bit', async ({ labels }) => {
    const file = await scaledFile(labels, 'int16');
    expect([...labelsOf(file).voxels.data]).toEqual(labels);
    // Another tool stores those values as floats.
    for (const Type of [Float32Array, Float64Array]) {
      const floats = volumeOf(Type.from(file.voxels.data));
      expect([...labelsOf(floats).voxels.data]).toEqual(labels);
      expect([...labelCounts(floats)]).toEqual(labels.map((label) => [label, 1]));
    }
  });

  test('across both signs, as writers scale whose zero is exact', () => {
    for (let largest = 1; largest <= 255; largest++) {
      const slope = Math.fround(largest / 32767);
      const labels = Array.from({ length: largest + 1 }, (_, label) => label);
      const kept = labels.map((label) => Math.round(label / slope) * slope);
      expect([...labelsOf(volumeOf(Float32Array.from(kept))).voxels.data]).toEqual(labels);
    }
  });

  test('in 8 bit, which only the slope in the header tells from fractions', async () => {
    const labels = [0, 1, 2, 4];
    const file = await scaledFile(labels, 'uint8');
    expect(Math.abs(file.voxels.get(0, 0, 1) - 1)).toBeGreaterThan(1e-3);
    expect([...labelsOf(file).voxels.data]).toEqual(labels);
    expect(labelsOf(file, { classes: 5 }).voxels.data).toEqual(labelsOf(file).voxels.data);
    expect(() => labelsOf(volumeOf(Float32Array.from(file.voxels.data)))).toThrow(RangeError);
    // Counted down: the largest number is stored as 0.
    const bytes = await encodeVolume(volumeOf(Uint8Array.of(255, 191, 127, 0)));
    const view = new DataView(bytes.buffer);
    view.setFloat32(112, -4 / 255, true);
    view.setFloat32(116, 4, true);
    expect([...labelsOf(await decodeVolume(bytes)).voxels.data]).toEqual(labels);
    expect(() => labelsOf(file, { classes: 2 })).toThrow(/ got 2 at .*; 2 of 4 voxels/);
  });

  test('integers that are not scaled leave no room for fractions', async () => {
    const file = await decodeVolume(await encodeVolume(volumeOf(Int16Array.of(0, 1))));
    const soft = { ...file, voxels: ndarray(Float32Array.of(0.04, 1), [1, 1, 2]) };
    expect(() => labelsOf(soft)).toThrow(/1 of 2 voxels/);
  });

  test('probabilities and scales that are too coarse stay what they are', async () => {
    const ramp = Array.from({ length: 101 }, (_, i) => i / 100);
    for (const datatype of ['int16', 'uint8'] as const) {
      for (const most of [1, 4, 97.3]) {
        const soft = await scaledFile(
          ramp.map((p) => p * most),
          datatype,
        );
        expect(() => labelsOf(soft)).toThrow(RangeError);
      }
    }
    // 7 would be 6.67, off by a third.
    await expect(scaledFile([0, 7, 170], 'uint8').then((file) => labelsOf(file))).rejects.toThrow(
      RangeError,
    );
  });

  test('floats with a slope in their header are not scaled integers', async () => {
    const bytes = await encodeVolume(volumeOf(Float32Array.of(0, 1.04, 2)));
    new DataView(bytes.buffer).setFloat32(112, 0.5, true);
    const file = await decodeVolume(bytes);
    expect(() =>
      labelsOf({ ...file, voxels: ndarray(Float32Array.of(0, 1.04), [1, 1, 2]) }),
    ).toThrow(/got 1.03/);
  });
});

describe('errors and warnings speak the language of the caller', () => {
  const mask = volumeOf(Int16Array.of(0, 1, -1, -1, 300), [1, 1, 5]);

  test.each<[string, () => unknown, RegExp]>([
    ['what -1 may mean', () => labelsOf(mask), /^the mask must hold whole .* ignore: -1 }`$/],
    [
      'too large',
      () => labelsOf(volumeOf(Int16Array.of(300))),
      /to 255, got 300 .* 1 of 1 .*{ classes, map }`$/,
    ],
    [
      'no class',
      () => labelsOf(volumeOf(Int16Array.of(0, 1, 2)), { classes: 2, map: { 4: 1 } }),
      /0 to 1, once `map` is applied, got 2 .* raise `classes`/,
    ],
    [
      'no class, with one to ignore',
      () => labelsOf(volumeOf(Int16Array.of(0, 9, 2)), { classes: 2, ignore: 9 }),
      /0 to 1, or 9 where nothing counts, got 2 /,
    ],
    ['NaN', () => labelsOf(volumeOf(Float32Array.of(Number.NaN))), /got NaN .* without a number/],
    [
      'subject and remedy',
      () => labelsOf(mask, 'whole', { subject: "case 'a': 'm.nii'", remedy: 'give --threshold' }),
      /^case 'a': 'm.nii' must hold .*; give --threshold$/,
    ],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(RangeError);
    expect(run).toThrow(message);
  });

  test('the remedy may follow what is wrong', () => {
    const told = (...values: number[]) => {
      const remedy = vi.fn(() => 'do that');
      const run = () => labelsOf(volumeOf(Float64Array.from(values)), { labels: [1] }, { remedy });
      expect(run).toThrow(/; do that$/);
      return remedy.mock.calls[0];
    };
    expect(told(0, Number.NaN)).toEqual(['no number', Number.NaN]);
    expect(told(0, 0.25)).toEqual(['fraction', 0.25]);
    expect(told(0, -1)).toEqual(['negative', -1]);
    const unknown = vi.fn(() => 'do that');
    expect(() => labelsOf(volumeOf(Int16Array.of(300)), 'whole', { remedy: unknown })).toThrow();
    expect(unknown.mock.calls).toEqual([['unknown', 300]]);
  });

  test('rules that are none', () => {
    for (const [rule, message] of [
      ['all', /rule must be 'whole', 'nonzero', .* got "all"/],
      [null, /rule must be .* got null/],
      [7, /rule must be .* got 7/],
      [{}, /rule must be .* got {}/],
      [{ classes: 2, threshold: 0.5 }, /rule must be/],
      [{ classes: 2, labels: [1] }, /rule must be/],
      [{ classes: 1 }, /`classes` must be a whole number from 2 to 255, .* got 1/],
      [{ classes: 256 }, /`classes` must be .* got 256/],
      [{ classes: 2.5 }, /`classes` must be .* got 2.5/],
      [{ classes: 2, ignore: 0.5 }, /`ignore` must be a whole number, got 0.5/],
      [{ classes: 2, map: { 3: 2 } }, /`map` must lead .* 0 to 1, got 3: 2/],
      [{ classes: 2, map: { a: 1 } }, /`map` must lead/],
      [{ classes: 2, map: { 3: -1 } }, /`map` must lead/],
      [{ labels: [] }, /`labels` must be 'nonzero' or list .* got \[\]/],
      [{ labels: [1, -1] }, /`labels` must be .* list/],
      [{ labels: 1 }, /`labels` must be .* list .* got 1/],
      [{ labels: '12' }, /`labels` must be 'nonzero' or list .* got "12"/],
      [{ labels: [1], ignore: 0.5 }, /`ignore` must be a whole number, got 0.5/],
      [{ labels: [1], map: {} }, /rule must be/],
      [{ classes: 3, ignor: 255 }, /rule must be .* got {"classes":3,"ignor":255}/],
      [{ threshold: 0.5, ignore: 2 }, /rule must be/],
      [{ threshold: Number.NaN }, /`threshold` must be a finite number, got NaN/],
      [{ threshold: '0.5' }, /`threshold` must be a finite number, got 0.5/],
    ] as const) {
      const run = () => labelsOf(volumeOf(Uint8Array.of(0, 1)), rule as unknown as LabelRule);
      expect(run).toThrow(RangeError);
      expect(run).toThrow(message);
    }
  });

  test('a mask of several numbers that all count as the target is said once, with counts', () => {
    const onWarning = vi.fn();
    labelsOf(volumeOf(Uint8Array.of(0, 255, 255, 0)), 'nonzero', { onWarning });
    const two = volumeOf(Uint8Array.of(0, 1, 255, 255, 7));
    labelsOf(two, 'whole', { onWarning });
    labelsOf(two, { labels: [1, 7] }, { onWarning });
    expect(onWarning).not.toHaveBeenCalled();
    expect([...labelsOf(two, 'nonzero', { onWarning, subject: 'm.png' }).voxels.data]).toEqual([
      0, 1, 1, 1, 1,
    ]);
    expect(onWarning.mock.calls).toEqual([
      [
        'm.png holds 3 different numbers besides 0 (255 in 2 voxels, 1 in 1 voxels, 7 in 1 voxels); each counts as the target',
      ],
    ]);
    labelsOf(volumeOf(Uint8Array.of(0, 1, 7, 7)), { labels: 'nonzero', ignore: 7 }, { onWarning });
    expect(onWarning).toHaveBeenCalledTimes(1);
    labelsOf(volumeOf(Uint8Array.from({ length: 9 }, (_, i) => i)), 'nonzero', { onWarning });
    expect(onWarning.mock.calls[1]![0]).toMatch(/^the mask holds 8 .* 5 in 1 voxels, …\)/);
  });
});

describe('labelCounts', () => {
  test('whole numbers of either sign in order, against counting one by one', () => {
    const values = Array.from(uniform('counts', 200), (u) => Math.floor(u * 7) - 3);
    const volume = createVolume(ndarray(Int8Array.from(values), [5, 8, 5]).transpose(2, 1, 0));
    const expected = [...new Set(values)]
      .sort((a, b) => a - b)
      .map((number) => [number, values.filter((value) => value === number).length]);
    expect([...labelCounts(volume)]).toEqual(expected);
    expect([...labelCounts(volumeOf(Float32Array.of(-0, 0, 1)))]).toEqual([
      [0, 2],
      [1, 1],
    ]);
  });
});

describe('the grid stays', () => {
  test('what a NIfTI header says of it, bit by bit, and what DICOM says of the images', async () => {
    const affine = [-0.7, 0.1, 0, 11.3, 0.1, 0.9, -0.2, 5.5, 0, 0.3, 2.9, -7.1, 0, 0, 0, 1];
    const image = createVolume(ndarray(new Float32Array(24), [2, 3, 4]), { affine });
    const nifti = await decodeVolume(await encodeVolume(image));
    const ct = await readDicomSeries([ctSlice(), ctSlice({ position: [0, 0, 2] })]);
    for (const volume of [nifti, ct]) {
      const labels = labelsOf(
        { ...volume, voxels: ndarray(volume.voxels.data, volume.voxels.shape) },
        {
          threshold: 1e9,
        },
      );
      expect(labels.affine).toEqual(volume.affine);
      expect(labels.header).toEqual(likeVolume(volume, labels.voxels).header);
    }
    const written = await encodeVolume(labelsOf(nifti));
    expect([...written.subarray(252, 328)]).toEqual([
      ...(await encodeVolume(nifti)).subarray(252, 328),
    ]);
  });
});

describe('resizeLabels', () => {
  /** Labels that tell every pixel from its neighbours. */
  function plane(rows: number, columns: number): NdArray<Uint8Array> {
    const data = Uint8Array.from({ length: rows * columns }, (_, i) => (i * 37 + 1) % 251);
    return ndarray(data, [rows, columns]);
  }

  test('each pixel takes the label of the old pixel that its centre lies in', () => {
    for (let from = 1; from <= 20; from++) {
      for (let to = 1; to <= 20; to++) {
        const labels = plane(from, 3);
        const resized = resizeLabels(labels, [to, 3]);
        expect(resized.shape).toEqual([to, 3]);
        for (let i = 0; i < to; i++) {
          // Centres in whole numbers: (2 i + 1) from / (2 to) lies in [row, row + 1).
          let row = 0;
          while (2 * to * (row + 1) <= (2 * i + 1) * from) row++;
          for (const column of [0, 1, 2]) {
            expect(resized.get(i, column)).toBe(labels.get(row, column));
          }
        }
      }
    }
  });

  test('as `resample` with `nearest` takes them, along both axes', () => {
    for (const [rows, columns] of [
      [7, 12],
      [16, 5],
      [1, 9],
    ] as const) {
      const labels = plane(rows, columns);
      const volume = createVolume(ndarray(labels.data, [1, rows, columns]));
      for (const [height, width] of [
        [3, 4],
        [14, 30],
        [7, 9],
        [11, 13],
      ] as const) {
        const sampled = resample(volume, [1, rows / height, columns / width], {
          interpolation: 'nearest',
        });
        expect(sampled.voxels.shape).toEqual([1, height, width]);
        expect(resizeLabels(labels, [height, width]).data).toEqual(sampled.voxels.data);
      }
    }
  });

  test('of any stride; mirroring comes before or after (but for centres between two pixels)', () => {
    const labels = plane(7, 7);
    const view = labels.transpose(1, 0).step(-1, 1) as NdArray<Uint8Array>;
    const copy = ndarray(
      Uint8Array.from({ length: 49 }, (_, i) => view.get(Math.floor(i / 7), i % 7)),
      [7, 7],
    );
    expect(resizeLabels(view, [5, 11]).data).toEqual(resizeLabels(copy, [5, 11]).data);
    const mirrored = resizeLabels(labels.step(-1, 1) as NdArray<Uint8Array>, [9, 7]);
    const after = resizeLabels(labels, [9, 7]).step(-1, 1);
    for (let i = 0; i < 9; i++) expect(mirrored.get(i, 3)).toBe(after.get(i, 3));
  });

  test('shape and size are checked', () => {
    const labels = plane(2, 2);
    for (const size of [[0, 2], [2, -1], [2, 1.5], [2, Number.NaN], [2], [2, 2, 2]]) {
      expect(() => resizeLabels(labels, size as unknown as [number, number])).toThrow(
        /`size` must be two whole numbers of pixels from 1/,
      );
    }
    const volume = ndarray(new Uint8Array(8), [2, 2, 2]);
    expect(() => resizeLabels(volume, [2, 2])).toThrow(/slice by slice/);
    expect(() => resizeLabels(ndarray(new Uint8Array(0), [0, 2]), [2, 2])).toThrow(/empty axes/);
  });
});
