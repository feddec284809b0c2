import { readFileSync } from 'node:fs';
import { uniform } from '@sts-net/testing';
import {
  createVolume,
  orientationOf,
  readVolume,
  reorient,
  type Volume,
  type VoxelArray,
} from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import {
  type Predictor,
  type Preprocessing,
  predictImage,
  predictLabels,
  predictVolume,
  preprocess,
  sampleAxis,
} from '../src/index.ts';

interface Golden {
  readonly shape: readonly [number, number, number];
  readonly affine: readonly number[];
  readonly values: readonly number[];
  readonly labels: readonly number[];
  readonly cases: readonly {
    readonly orientation: string;
    readonly spacing: readonly [slice: number, row: number, column: number];
    /** What the image and its labels become, `[slice, row, column]`. */
    readonly shape: readonly [number, number, number];
    readonly affine: readonly number[];
    readonly image: readonly number[];
    readonly mask: readonly number[];
    /** The image sampled back on its own grid. */
    readonly back: readonly number[];
  }[];
}

// Generator: tools/fixtures/inference/spatial.py
const golden = JSON.parse(
  readFileSync(new URL('./fixtures/spatial.json', import.meta.url), 'utf8'),
) as Golden;

const volumeOf = <T extends VoxelArray>(data: T, shape: readonly number[]): Volume<T> =>
  createVolume(ndarray(data, [...shape]), { affine: golden.affine });
const image = volumeOf(Float32Array.from(golden.values), golden.shape);
const mask = volumeOf(Uint8Array.from(golden.labels), golden.shape);

/** Values in C order. */
function valuesOf({ voxels }: Volume): number[] {
  const [slices, rows, columns] = voxels.shape as [number, number, number];
  return Array.from({ length: slices * rows * columns }, (_, i) =>
    voxels.get(Math.floor(i / (rows * columns)), Math.floor(i / columns) % rows, i % columns),
  );
}

/** Says of every pixel that its class is the whole number that its middle channel holds. */
function reader(classes: number, channels = 3): Predictor {
  return {
    channels,
    classes,
    async predict(images, [count, height, width]) {
      const size = count * height * width;
      const probabilities = new Float32Array(size * classes);
      for (let i = 0; i < size; i++) {
        const value = images[i * channels + (channels - 1) / 2]!;
        // Between two whole numbers both have their share.
        const low = Math.min(classes - 1, Math.max(0, Math.floor(value)));
        probabilities[i * classes + low] = 1 - (value - low);
        if (low + 1 < classes) probabilities[i * classes + low + 1] = value - low;
      }
      return probabilities;
    },
  };
}

/** Keeps numbers as they are. */
const asIs = { normalization: { name: 'window', low: 0, high: 1 } } as const;
const byHundred = { normalization: { name: 'window', low: 0, high: 100 } } as const;

describe('orientation and spacing', () => {
  it.each(golden.cases)(
    'bring image and mask to $orientation and $spacing mm, and back, as nibabel and SimpleITK do',
    async ({ orientation, spacing: [through, row, column], shape, affine, ...values }) => {
      const preprocessing: Preprocessing = {
        orientation,
        spacing: { inPlane: [row, column], throughPlane: through },
        ...byHundred,
      };
      const made = preprocess(image, preprocessing, { mask });
      for (const volume of [made.images[0], made.mask!]) {
        expect(volume.voxels.shape).toEqual(shape);
        expect(volume.affine).toBeAllclose(affine, { rtol: 1e-9, atol: 1e-9 });
        expect(orientationOf(volume)).toBe(orientation);
      }
      expect(valuesOf(made.images[0])).toBeAllclose(values.image, { rtol: 1e-5, atol: 1e-3 });
      expect(valuesOf(made.mask!)).toEqual(values.mask);
      // A class whose probability is the intensity comes back as the intensity does.
      const predicted = await predictVolume(reader(2), image, { preprocessing });
      const target = predicted.probabilities(1);
      expect(target.affine).toEqual(image.affine);
      expect(target.voxels.data).toBeAllclose(
        values.back.map((value) => value / 100),
        { rtol: 0, atol: 1e-5 },
      );
      const expected = values.back.map((value) => Number(value / 100 > 0.5));
      const near = (i: number) => Math.abs(values.back[i]! / 100 - 0.5) < 1e-5;
      predicted.labels().voxels.data.forEach((label, i) => {
        if (!near(i)) expect(label).toBe(expected[i]);
      });
    },
  );

  const turns = ['RAS', 'LPS', 'SAR', 'PIR', 'IPL', 'ASL'];

  it.each(turns)('labels come back exactly where nothing but %s is asked for', async (to) => {
    for (const Type of [Uint8Array, Int16Array, Float32Array, Float64Array]) {
      for (const axis of [0, 1, 2] as const) {
        const preprocessing = { orientation: to, axis, ...byHundred };
        // Labels of four classes, a hundredth of what the image holds.
        const own = volumeOf(new Type(golden.labels), golden.shape);
        const predicted = await predictVolume(
          {
            ...reader(4),
            predict: (batch, size) =>
              reader(4).predict(
                batch.map((v) => 100 * v),
                size,
              ),
          },
          own,
          { preprocessing },
        );
        const labels = predicted.labels();
        expect([...labels.voxels.data]).toEqual(golden.labels);
        expect([labels.affine, labels.spacing]).toEqual([own.affine, own.spacing]);
      }
    }
  });

  it('are no matter of how the file stored the image', async () => {
    const preprocessing = {
      orientation: 'LPS',
      spacing: { inPlane: [0.9, 1.3], throughPlane: 1.7 },
      ...byHundred,
    } as const;
    const made = preprocess(image, preprocessing, { mask });
    for (const stored of turns) {
      // A view with other, also negative, strides.
      const turned = preprocess(reorient(image, stored), preprocessing, {
        mask: reorient(mask, stored),
      });
      expect(valuesOf(turned.images[0])).toBeAllclose(valuesOf(made.images[0]), { atol: 1e-4 });
      expect(valuesOf(turned.mask!)).toEqual(valuesOf(made.mask!));
      const of = (one: Volume) => predictVolume(reader(2), one, { preprocessing });
      const back = (await of(reorient(image, stored))).probabilities();
      const expected = reorient((await of(image)).probabilities(), stored);
      expect(valuesOf(back)).toBeAllclose(valuesOf(expected), { rtol: 0, atol: 1e-5 });
    }
  });

  it('may be asked for one direction only', () => {
    const through = preprocess(image, { spacing: { throughPlane: 1.25 }, ...asIs }).images[0];
    expect(through.spacing[0]).toBeCloseTo(1.25, 9);
    expect(through.spacing.slice(1)).toBeAllclose(image.spacing.slice(1), { rtol: 1e-9 });
    expect(through.voxels.shape.slice(1)).toEqual(golden.shape.slice(1));
    const within = preprocess(image, { axis: 2, spacing: { inPlane: [2, 3] }, ...asIs }).images[0];
    expect([...within.spacing]).toBeAllclose([2, 3, image.spacing[2]], { rtol: 1e-9 });
    // What is so already is left alone.
    const [slice, row, column] = image.spacing;
    const same = { spacing: { inPlane: [row, column], throughPlane: slice * (1 + 1e-6) } } as const;
    expect(preprocess(image, { ...same, ...asIs }).images[0].voxels.data).toBe(image.voxels.data);
  });

  it('take volumes of one slice, row or column', async () => {
    for (const shape of [
      [1, 5, 4],
      [5, 1, 4],
      [5, 4, 1],
      [1, 1, 1],
    ] as const) {
      const size = shape[0] * shape[1] * shape[2];
      const thin = createVolume(
        ndarray(
          Uint8Array.from({ length: size }, (_, i) => i % 2),
          [...shape],
        ),
        {
          spacing: [3, 1, 1],
        },
      );
      const preprocessing = {
        orientation: 'LPS',
        spacing: { inPlane: [0.5, 0.5] },
        ...asIs,
      } as const;
      const labels = (await predictVolume(reader(2), thin, { preprocessing })).labels();
      expect([...labels.voxels.data]).toEqual([...thin.voxels.data]);
    }
  });

  it('bring probabilities back linearly, and labels as the largest of them', async () => {
    // 1 mm rows of 0, 1, 2, 0 seen at 2 mm as 0.5 and 1, and between those: nearest would give halves.
    const row = createVolume(ndarray(Uint8Array.of(0, 1, 2, 0), [1, 1, 4]));
    const preprocessing = { context: 0, spacing: { inPlane: [1, 2] }, ...asIs } as const;
    const open = { ...preprocessing, normalization: { name: 'window', low: 0, high: 2 } } as const;
    const double: Predictor = {
      ...reader(3, 1),
      predict: (batch, size) =>
        reader(3, 1).predict(
          batch.map((v) => 2 * v),
          size,
        ),
    };
    const predicted = await predictVolume(double, row, { preprocessing: open });
    const shares = [0, 1, 2].map((c) => [...predicted.probabilities(c).voxels.data]);
    expect(shares[0]).toBeAllclose([0.5, 0.375, 0.125, 0]);
    expect(shares[1]).toBeAllclose([0.5, 0.625, 0.875, 1]);
    expect(shares[2]).toBeAllclose([0, 0, 0, 0]);
    // Of equal ones the first.
    expect([...predicted.labels().voxels.data]).toEqual([0, 1, 1, 1]);
    const own = (['probabilities', 'labels'] as const).map(
      (kind) => predicted[kind]().voxels.shape,
    );
    expect(own).toEqual([
      [1, 1, 4],
      [1, 1, 4],
    ]);
  });

  it('background stands for the slices that `drop` leaves out', async () => {
    const ones = createVolume(ndarray(new Uint8Array(64).fill(1), [4, 4, 4]));
    const preprocessing = { edge: 'drop', orientation: 'SAR', axis: 2, ...asIs } as const;
    const predicted = await predictVolume(reader(2), ones, { preprocessing });
    const labels = predicted.labels();
    const perSlice = [0, 1, 2, 3].map((s) =>
      Array.from({ length: 16 }, (_, i) => labels.voxels.get(s, i >> 2, i & 3)).join(''),
    );
    // Columns that count up to the head are slices of what counts up to RAS.
    const turned = sampleAxis(preprocess(ones, preprocessing), preprocessing);
    expect(turned).toBe(0);
    expect(perSlice).toEqual(['0', '1', '1', '0'].map((label) => label.repeat(16)));
  });

  it('refuse what they do not apply to, and what is not known', async () => {
    const flat = createVolume(ndarray(new Uint8Array(4), [1, 2, 2]));
    for (const asked of [{ spacing: { throughPlane: 1 } }, { orientation: 'RAS' }]) {
      await expect(predictImage(reader(2), flat, { preprocessing: asked })).rejects.toThrow(
        `\`${Object.keys(asked)[0]}\` is for volumes`,
      );
    }
    expect(() => preprocess(image, { orientation: 'RAL' })).toThrow(
      'one end each of L/R, P/A and I/S',
    );
    expect(() => preprocess(image, { spacing: { throughPlane: 0 } })).toThrow(
      'three positive distances',
    );
    const nrrd = (...fields: string[]) =>
      new TextEncoder().encode(
        [
          'NRRD0004',
          'type: uint8',
          'dimension: 3',
          'sizes: 2 2 1',
          'encoding: ascii',
          ...fields,
          '',
          '1 2 3 4',
        ].join('\n'),
      );
    const unplaced = await readVolume(nrrd('spacings: 1 1 NaN'));
    expect(() => preprocess(unplaced, { orientation: 'RAS' }, { id: 'a' })).toThrow(
      "'a': the image must say how it is turned, to be brought to the `orientation` RAS",
    );
    expect(() => preprocess(unplaced, { spacing: { throughPlane: 2 } }, { id: 'a' })).toThrow(
      "'a': the image must say how far its slices are apart, to be brought to the `spacing` of 2 mm",
    );
    expect(preprocess(unplaced, { spacing: { inPlane: [0.5, 1] } }).images[0].voxels.shape).toEqual(
      [1, 4, 2],
    );
  });
});

describe('predictLabels', () => {
  it('says what predictVolume and predictImage say, of what is preprocessed', async () => {
    for (const preprocessing of [
      byHundred,
      { ...byHundred, size: [7, 3] },
      { ...byHundred, orientation: 'SAR', spacing: { inPlane: [1, 2] } },
    ] as const) {
      const input = preprocess(image, preprocessing, { mask });
      const labels = await predictLabels(reader(2), input, { preprocessing });
      const expected = (await predictVolume(reader(2), image, { preprocessing })).labels();
      expect([...labels.voxels.data]).toEqual([...expected.voxels.data]);
      expect(labels.affine).toEqual(image.affine);
    }
    const grey = Uint8Array.from(uniform('grey', 20), (u) => 100 * u);
    const flat = createVolume(ndarray(grey, [1, 4, 5]));
    const preprocessing = { ...byHundred, size: [9, 8] } as const;
    const input = preprocess(flat, preprocessing, { flat: true });
    const labels = await predictLabels(reader(2), input, { preprocessing });
    const expected = (await predictImage(reader(2), flat, { preprocessing })).labels();
    expect(labels.voxels.shape).toEqual([1, 4, 5]);
    expect([0, 1, 2, 3].flatMap((r) => [0, 1, 2, 3, 4].map((c) => expected.get(r, c)))).toEqual(
      valuesOf(labels),
    );
  });
});
