import { readFileSync } from 'node:fs';
import { uniform } from '@sts-net/testing';
import { createVolume, type DicomHeader } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import {
  type ClipRule,
  chooseNormalization,
  intensityFacts,
  type NormalizationRule,
  preprocess,
  toInput,
} from '../src/index.ts';
import { intensityMaps } from '../src/preprocessing/normalization.ts';
import { percentiles } from '../src/preprocessing/percentiles.ts';

interface Golden {
  readonly images: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly values: readonly number[] }>
  >;
  readonly cases: readonly {
    readonly image: string;
    readonly rule: NormalizationRule;
    readonly clip?: ClipRule;
    readonly flat: boolean;
    readonly result: readonly number[];
  }[];
}

// Generator: tools/fixtures/inference/normalization.py
const golden = JSON.parse(
  readFileSync(new URL('./fixtures/normalization.json', import.meta.url), 'utf8'),
) as Golden;

function imageOf(name: string) {
  const { shape, values } = golden.images[name]!;
  return createVolume(ndarray(Float32Array.from(values), [...shape]));
}

const context = { flat: false, id: 'v' };

describe('intensityMaps', () => {
  it.each(golden.cases)(
    '$image by $rule, clipped by $clip, as NumPy and SciPy have it',
    ({ image: name, rule, clip, flat, result }) => {
      const image = imageOf(name);
      // Also of an image that lies in memory the other way round.
      const turned = createVolume(
        ndarray(image.voxels.data.slice().reverse(), image.voxels.shape).step(-1, -1, -1),
      );
      for (const one of [image, turned]) {
        const maps = intensityMaps(one, { rule, clip }, { flat, id: 'v' });
        expect(maps).toHaveLength(1);
        for (const map of maps) {
          const values = [...image.voxels.data].map((value) => toInput(value, map));
          expect(values).toBeAllclose(result, { rtol: 1e-5, atol: 1e-5 });
        }
      }
    },
  );

  it('applies ImageNet’s numbers channel by channel', () => {
    const rule = { name: 'imagenet', maxPixelValue: 8 } as const;
    const maps = intensityMaps(imageOf('CT'), { rule, clip: undefined }, context);
    const white = maps.map((map) => toInput(8, map));
    expect(white).toBeAllclose([(1 - 0.485) / 0.229, (1 - 0.456) / 0.224, (1 - 0.406) / 0.225]);
    expect(maps.map((map) => toInput(0, map))).toBeAllclose([
      -0.485 / 0.229,
      -0.456 / 0.224,
      -0.406 / 0.225,
    ]);
  });

  it.each<[string, number[], NormalizationRule, string]>([
    ['zeros only', [0, 0, 0], { name: 'nonzero' }, "'v': the image must hold different nonzero"],
    ['one intensity', [7, 0, 7], { name: 'nonzero' }, 'got 7 everywhere'],
    ['one intensity of all', [7, 7, 7], { name: 'all' }, 'different intensities, got 7 everywhere'],
    ['background only', [0, 0, 0], { name: 'mask' }, 'got zeros only'],
    ['NaN', [1, Number.NaN, 2], { name: 'all' }, 'must be finite, got NaN at voxel 1'],
    [
      'infinity',
      [1, 2, Number.NEGATIVE_INFINITY],
      { name: 'window', low: 0, high: 1 },
      'got -Infinity at voxel 2',
    ],
    [
      'percentiles that are one',
      [3, 3, 9],
      { name: 'percentile', low: 0, high: 40 },
      'different intensities from percentile 0 to 40, got 3 for both',
    ],
    ['a window of no width', [1, 2, 3], { name: 'window', low: 5, high: 5 }, 'above its `low`'],
  ])('refuses %s', (_, values, rule, message) => {
    const image = createVolume(ndarray(Float32Array.from(values), [1, 1, 3]));
    expect(() => intensityMaps(image, { rule, clip: undefined }, context)).toThrow(message);
  });

  it('refuses to clip twice, or to less than two intensities', () => {
    const image = createVolume(ndarray(Float32Array.of(1, 2, 3), [1, 1, 3]));
    const maps = (rule: NormalizationRule, clip: ClipRule) =>
      intensityMaps(image, { rule, clip }, context);
    const window = { name: 'window', low: 0, high: 2 } as const;
    expect(() => maps({ name: 'percentile', low: 0, high: 90 }, window)).toThrow(
      "`clip`: must be left out where the normalization is 'percentile'",
    );
    expect(() => maps({ name: 'all' }, { ...window, low: 3 })).toThrow('above its `low`, 3, got 2');
    expect(() => maps({ name: 'all' }, { ...window, low: 5, high: 9 })).toThrow(
      'different intensities within its limits, got 5 everywhere',
    );
    // ImageNet's numbers are given; the limits hold all the same.
    const [red] = maps({ name: 'imagenet', maxPixelValue: 1 }, window);
    expect(toInput(3, red!)).toBe(toInput(2, red!));
  });

  it('needs no different intensities for numbers that are given', () => {
    const flat = createVolume(ndarray(new Float32Array(4), [1, 2, 2]));
    for (const rule of [
      { name: 'imagenet', maxPixelValue: 1 },
      { name: 'window', low: 0, high: 1 },
    ] as const) {
      expect(() => intensityMaps(flat, { rule, clip: undefined }, context)).not.toThrow();
    }
  });
});

it('percentiles are those of sorted numbers, of either sign and any size', () => {
  const values = Float32Array.from(uniform('percentiles', 1001), (u, i) =>
    i % 7 === 0 ? -0 : (u - 0.4) * 10 ** ((i % 60) - 30),
  );
  const sorted = [...values].sort((a, b) => a - b);
  const shares = [0, 0.1, 25, 37.5, 50, 99.9, 100];
  expect(percentiles(values, shares)).toBeAllclose(
    shares.map((share) => sorted[10 * share]!),
    { rtol: 0, atol: 0 },
  );
  expect(percentiles(Float32Array.of(1, 4, 2), [75])).toEqual([3]);
  expect(percentiles(Float32Array.of(5), [0, 50, 100])).toEqual([5, 5, 5]);
});

describe('the rule where none is given', () => {
  const facts = (name: string, modality?: string) => intensityFacts(imageOf(name), false, modality);

  it.each([
    ['a brain that was cut out, with holes', [facts('a brain that was cut out')], 'all'],
    ['MR that zeros surround', [withoutHoles('MR')], 'nonzero'],
    ['images of unknown modality that zeros surround', [withoutHoles()], 'nonzero'],
    ['ultrasound that zeros surround', [withoutHoles('US')], 'all'],
    ['CT', [facts('CT', 'CT')], 'all'],
    ['CT of which no one says so', [facts('CT')], 'all'],
    ['one of them without zeros around', [withoutHoles(), facts('CT')], 'all'],
    ['2-D images', [{ flat: true, zeroBackground: false }], 'all'],
    ['nothing', [], 'all'],
  ] as const)('of %s', (_, images, expected) => {
    const { rule, reason } = chooseNormalization(images);
    expect(rule.name).toBe(expected);
    expect(reason).not.toBe('');
  });

  it('is that of the image itself, by the modality in its header', () => {
    const image = brain();
    const normalized = preprocess(image, { context: 0 }).normalization[0]!;
    expect(normalized.keepsZero).toBe(true);
    const header = { format: 'dicom', modality: 'CT' } as DicomHeader;
    expect(preprocess({ ...image, header }, { context: 0 }).normalization[0]!.keepsZero).toBe(
      false,
    );
    const plane = createVolume(image.voxels.lo(2).hi(1, 8, 8));
    expect(preprocess(plane, { context: 0 }).normalization[0]!.keepsZero).toBe(true);
    expect(preprocess(plane, {}, { flat: true }).normalization[0]!.keepsZero).toBe(false);
  });

  it('says of ultrasound that 0 is a value, and of CT in HU', () => {
    // A quarter of what is shown is black.
    const values = [0, 20, 40, 60];
    const image = createVolume(
      ndarray(
        Uint8Array.from({ length: 64 }, (_, i) => values[i % 4]!),
        [1, 8, 8],
      ),
    );
    const map = preprocess(image, { context: 0 }, { flat: true }).normalization[0]!;
    expect(toInput(0, map)).toBeCloseTo((0 - 30) / Math.sqrt(500));
  });
});

/** A block of numbers above 0 with zeros around it. */
function brain() {
  const voxels = ndarray(new Float32Array(6 * 8 * 8), [6, 8, 8]);
  for (let i = 0; i < 64; i++) {
    voxels.set(1 + (i >> 4), 2 + ((i >> 2) & 3), 2 + (i & 3), 100 + i);
  }
  return createVolume(voxels);
}

function withoutHoles(modality?: string) {
  return intensityFacts(brain(), false, modality);
}
