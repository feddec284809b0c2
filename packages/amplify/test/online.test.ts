import ndarray from 'ndarray';
import { describe, expect, test } from 'vitest';
import {
  compose,
  copyPaste,
  lesionArea,
  lesionCrop,
  randomAffine,
  randomBiasField,
  randomBlur,
  randomElastic,
  randomFlip,
  randomGamma,
  randomIntensity,
  randomResolution,
  type Sample,
  sampleRandom,
  sometimes,
  type Transform,
} from '../src/index.ts';
import { elements, sampleOf } from './samples.ts';

const inSquare = (top: number, left: number, side: number) => (row: number, column: number) =>
  row >= top && row < top + side && column >= left && column < left + side;

/** An image that is the mask itself, so that the two can be compared. */
function aligned(sample: Sample, channels = 2): Sample {
  const [height, width] = sample.mask.shape as [number, number];
  const image = ndarray(new Float32Array(height * width * channels), [height, width, channels]);
  for (let r = 0; r < height; r++)
    for (let c = 0; c < width; c++)
      for (let k = 0; k < channels; k++) image.set(r, c, k, sample.mask.get(r, c));
  return { ...sample, image };
}

const square = sampleOf(60, 80, 2, inSquare(20, 30, 12));
const donors = [0, 1].map((i) => ({
  ...sampleOf(60, 80, 2, inSquare(10 + 5 * i, 12, 6 + i), `donor_${i}`),
  group: `donor ${i}`,
}));
const transforms: [string, Transform][] = [
  ['randomFlip', randomFlip()],
  ['randomAffine', randomAffine({ rotation: [-40, 40], scale: [0.7, 1.4] })],
  ['randomElastic', randomElastic({ spacing: 16 })],
  ['randomIntensity', randomIntensity()],
  ['randomGamma', randomGamma()],
  ['randomBiasField', randomBiasField()],
  ['randomBlur', randomBlur()],
  ['randomResolution', randomResolution()],
  ['lesionCrop', lesionCrop()],
  ['copyPaste', copyPaste({ donors })],
  ['sometimes', sometimes(0.5, randomFlip())],
  ['compose', compose(lesionCrop(), randomFlip(), randomAffine(), randomIntensity())],
];

describe.each(transforms)('%s', (_, transform) => {
  test('the same generator gives the same sample, another one another', () => {
    const results = [0, 0, 1, 2, 3, 4, 5].map((seed) => {
      const { image, mask } = transform(square, sampleRandom(seed, square.id));
      return JSON.stringify([elements(image), elements(mask)]);
    });
    expect(results[0]).toBe(results[1]);
    expect(new Set(results).size).toBeGreaterThan(1);
  });

  test('size, names and further fields stay; the input is not changed; labels stay labels', () => {
    const before = JSON.stringify([elements(square.image), elements(square.mask)]);
    const sample = { ...square, hospital: 'A' };
    for (let seed = 0; seed < 20; seed++) {
      const result = transform(sample, sampleRandom(seed, 'x'));
      expect(result.image.shape).toEqual(square.image.shape);
      expect(result.mask.shape).toEqual(square.mask.shape);
      expect(result).toMatchObject({ id: square.id, group: square.group, hospital: 'A' });
      expect(elements(result.mask).every((label) => label === 0 || label === 1)).toBe(true);
      expect(elements(result.image).every(Number.isFinite)).toBe(true);
    }
    expect(JSON.stringify([elements(square.image), elements(square.mask)])).toBe(before);
  });
});

describe('image and mask stay aligned', () => {
  test.each([
    ['randomFlip', randomFlip(), 0],
    ['randomAffine', randomAffine({ rotation: [-180, 180], scale: [0.8, 1.3], fill: 0 }), 0.02],
    ['randomElastic', randomElastic({ spacing: 16, displacement: [0.4, 0.4], fill: 0 }), 0.02],
    ['lesionCrop', lesionCrop({ size: [0.5, 0.9] }), 0.03],
  ] as const)(
    '%s: an image equal to its mask stays so but for its edges',
    (_, transform, share) => {
      const sample = aligned(square);
      for (let seed = 0; seed < 20; seed++) {
        const { image, mask } = transform(sample, sampleRandom(seed, 'x'));
        let differing = 0;
        for (let r = 0; r < 60; r++)
          for (let c = 0; c < 80; c++)
            if (Math.round(image.get(r, c, 0)) !== mask.get(r, c)) differing++;
        expect(differing).toBeLessThanOrEqual(share * 60 * 80);
      }
    },
  );
});

describe('randomAffine', () => {
  const fixed = (rotation: number, scale: number) =>
    randomAffine({ rotation: [rotation, rotation], scale: [scale, scale], shift: [0, 0] });

  test('nothing to do gives the same sample', () => {
    const { image, mask } = fixed(0, 1)(square, sampleRandom(0, 'x'));
    expect(elements(image)).toEqual(elements(square.image));
    expect(elements(mask)).toEqual(elements(square.mask));
  });

  test('a quarter turn of a square image is a transposition and a flip (exact)', () => {
    const sample = sampleOf(9, 9, 1, (row, column) => row < 2 && column < 3);
    const { image, mask } = fixed(90, 1)(sample, sampleRandom(0, 'x'));
    for (let r = 0; r < 9; r++) {
      for (let c = 0; c < 9; c++) {
        // Counter-clockwise: the right column becomes the top row.
        expect(mask.get(r, c)).toBe(sample.mask.get(c, 8 - r));
        expect(image.get(r, c, 0)).toBeCloseTo(sample.image.get(c, 8 - r, 0), 5);
      }
    }
  });

  test('the lesion’s area grows by the square of the scale', () => {
    const middle = sampleOf(101, 101, 1, inSquare(40, 40, 21));
    for (const scale of [0.5, 1.5, 2]) {
      const area = lesionArea(fixed(0, scale)(middle, sampleRandom(0, 'x')).mask);
      expect(Math.sqrt(area)).toBeCloseTo(21 * scale, -0.3);
    }
  });

  test('what comes from outside is the edge, or a value with background', () => {
    const all = sampleOf(20, 20, 1, () => true);
    const filled = randomAffine({ scale: [0.5, 0.5], rotation: [0, 0], shift: [0, 0], fill: -9 });
    const { image, mask } = filled(all, sampleRandom(0, 'x'));
    expect(image.get(0, 0, 0)).toBe(-9);
    expect(mask.get(0, 0)).toBe(0);
    const edge = fixed(0, 0.5)(all, sampleRandom(0, 'x'));
    expect(edge.image.get(0, 0, 0)).toBe(all.image.get(0, 0, 0));
    expect(edge.mask.get(0, 0)).toBe(0);
  });
});

describe('lesionCrop', () => {
  test('a small lesion is in every crop, and lies anywhere in it', () => {
    const tiny = sampleOf(100, 100, 1, inSquare(50, 50, 1));
    const crop = lesionCrop({ size: [0.3, 0.3] });
    const centres: number[] = [];
    for (let seed = 0; seed < 300; seed++) {
      const { mask } = crop(tiny, sampleRandom(seed, 'x'));
      const flat = elements(mask);
      const first = flat.indexOf(1);
      expect(first).toBeGreaterThanOrEqual(0);
      centres.push((first % 100) / 100);
    }
    // Uniform: each quarter of the width gets its share (75 of 300, standard deviation 7.5).
    for (let quarter = 0; quarter < 4; quarter++) {
      const count = centres.filter((c) => c >= quarter / 4 && c < (quarter + 1) / 4).length;
      expect(Math.abs(count - 75)).toBeLessThan(35);
    }
  });

  test('without jitter the lesion is in the middle', () => {
    const tiny = sampleOf(100, 100, 1, inSquare(50, 40, 1));
    const { mask } = lesionCrop({ size: [0.2, 0.2], jitter: 0 })(tiny, sampleRandom(3, 'x'));
    const flat = elements(mask);
    expect(flat.indexOf(1) % 100).toBe(50);
    expect(Math.floor(flat.indexOf(1) / 100)).toBe(50);
  });

  test('without a lesion there is a crop too', () => {
    const none = sampleOf(40, 40, 1, () => false);
    const results = [0, 1, 2].map((seed) =>
      elements(lesionCrop({ size: [0.5, 0.5] })(none, sampleRandom(seed, 'x')).image).join(),
    );
    expect(new Set(results).size).toBe(3);
  });
});

describe('copyPaste', () => {
  const flat = (value: number, sample: Sample): Sample => ({
    ...sample,
    image: ndarray(new Float32Array(60 * 80 * 2).fill(value), [60, 80, 2]),
  });

  test('a whole lesion of another group is added, its own stay', () => {
    const areas = donors.map(({ mask }) => lesionArea(mask));
    for (let seed = 0; seed < 20; seed++) {
      const { mask } = copyPaste({ donors })(square, sampleRandom(seed, 'x'));
      expect(areas).toContain(lesionArea(mask) - lesionArea(square.mask));
      for (let r = 20; r < 32; r++) for (let c = 30; c < 42; c++) expect(mask.get(r, c)).toBe(1);
    }
  });

  test('the donor’s surroundings are matched: only what stands out is added', () => {
    const [first] = donors;
    const donor = flat(100, first!);
    for (let r = 0; r < 60; r++)
      for (let c = 0; c < 80; c++) if (first!.mask.get(r, c)) donor.image.set(r, c, 0, 130);
    const { image, mask } = copyPaste({ donors: [donor], feather: 0 })(
      flat(5, square),
      sampleRandom(1, 'x'),
    );
    for (let r = 0; r < 60; r++) {
      for (let c = 0; c < 80; c++) {
        const isNew = mask.get(r, c) === 1 && square.mask.get(r, c) === 0;
        expect(image.get(r, c, 0)).toBe(isNew ? 35 : 5);
        expect(image.get(r, c, 1)).toBe(5);
      }
    }
  });

  test('nothing is taken from the same group, and nothing pasted where there is no room', () => {
    const own = donors.map((donor) => ({ ...donor, group: square.group }));
    expect(copyPaste({ donors: own })(square, sampleRandom(0, 'x'))).toBe(square);
    const full = sampleOf(60, 80, 2, () => true);
    expect(copyPaste({ donors })(full, sampleRandom(0, 'x'))).toBe(full);
    expect(copyPaste({ donors: [sampleOf(60, 80, 2, () => false)] })(square, Math.random)).toBe(
      square,
    );
  });

  test('other channels are an error', () => {
    const other = { ...sampleOf(60, 80, 3, inSquare(5, 5, 5)), group: 'other' };
    expect(() => copyPaste({ donors: [other] })(square, sampleRandom(0, 'x'))).toThrow(
      /2 channels/,
    );
  });
});

test('randomIntensity changes mean and spread as asked, the same for all channels', () => {
  const louder = randomIntensity({ contrast: [2, 2], brightness: [1, 1], noise: [0, 0] });
  const { image, mask } = louder(square, sampleRandom(0, 'x'));
  const before = elements(square.image);
  const mean = before.reduce((a, b) => a + b) / before.length;
  const spread = Math.sqrt(before.reduce((a, b) => a + (b - mean) ** 2, 0) / before.length);
  const expected = before.map((value) => 2 * (value - mean) + mean + spread);
  expect(elements(image)).toBeAllclose(expected, { atol: 1e-5 });
  expect(mask).toBe(square.mask);
});

test('compose: a transform draws the same whatever stands before it', () => {
  const draws: number[] = [];
  const spy: Transform = (sample, random) => {
    draws.push(random());
    return sample;
  };
  const greedy: Transform = (sample, random) => {
    for (let i = 0; i < 5; i++) random();
    return sample;
  };
  compose(randomFlip(), spy)(square, sampleRandom(7, 'x'));
  compose(greedy, spy)(square, sampleRandom(7, 'x'));
  expect(draws[0]).toBe(draws[1]);
});

test('options out of range are a RangeError', () => {
  expect(() => randomFlip({ vertical: 2 })).toThrow(/`vertical` must be from 0 to 1, got 2/);
  expect(() => randomAffine({ scale: [0, 1] })).toThrow(/`scale` must be two numbers from 0.001/);
  expect(() => randomAffine({ rotation: [5, -5] })).toThrow(/the smaller first, got \[5, -5\]/);
  expect(() => randomIntensity({ noise: [-1, 0] })).toThrow(/`noise`/);
  expect(() => lesionCrop({ size: [0.5, 1.5] })).toThrow(/`size` .* to 1/);
  expect(() => lesionCrop({ jitter: -1 })).toThrow(/`jitter`/);
  expect(() => copyPaste({ donors: [], feather: 0.5 })).toThrow(/`feather` must be a whole number/);
  expect(() => sometimes(Number.NaN, randomFlip())).toThrow(/`probability`/);
});
