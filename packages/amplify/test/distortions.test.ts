import ndarray from 'ndarray';
import { describe, expect, test } from 'vitest';
import {
  randomBiasField,
  randomBlur,
  randomElastic,
  randomGamma,
  randomIntensity,
  randomResolution,
  type Sample,
  sampleRandom,
  type Transform,
} from '../src/index.ts';
import { biasField } from '../src/online/random-bias-field.ts';
import { addSpline } from '../src/online/spline.ts';
import golden from './fixtures/augmentations.json' with { type: 'json' };
import { elements, sampleOf, square } from './samples.ts';

const [height, width, channels] = golden.shape as [number, number, number];
const drawn: Sample = {
  ...sampleOf(height, width, channels, square(4, 5, 3)),
  image: ndarray(new Float32Array(golden.image), [height, width, channels]),
};
const random = () => sampleRandom(3, 'x');
const imageOf = (transform: Transform, sample = drawn) =>
  elements(transform(sample, random()).image);
/** As numbers of float32 are: a few units in the last place of 100. */
const close = { atol: 3e-5 };

describe('the numbers of', () => {
  test.each(golden.blur)('SciPy’s gaussian_filter, sigma $sigma', ({ sigma, output }) => {
    expect(imageOf(randomBlur({ sigma: [sigma, sigma] }))).toBeAllclose(output, close);
  });

  test.each(golden.gamma)(
    'MONAI’s AdjustContrast, gamma $gamma, inverted $inverted',
    ({ gamma, inverted, output }) => {
      const transform = randomGamma({ gamma: [gamma, gamma], inverted: Number(inverted) });
      expect(imageOf(transform)).toBeAllclose(output, close);
    },
  );

  test.each(golden.resolution)('OpenCV’s resize twice, zoom $zoom', ({ zoom, output }) => {
    expect(imageOf(randomResolution({ zoom: [zoom, zoom] }))).toBeAllclose(output, close);
  });

  test.each(golden.splines)('SciPy’s splines, spacing $spacing', ({ spacing, points, output }) => {
    const field = new Float64Array(height * width).fill(2);
    addSpline(field, [height, width], new Float64Array(points), spacing);
    expect([...field]).toBeAllclose(
      output.map((value) => value + 2),
      { atol: 1e-6 },
    );
  });

  test.each(golden.bias)('NumPy’s polynomials, shape $shape', ({ shape, coefficients, output }) => {
    const field = biasField(shape as [number, number], coefficients);
    expect([...field]).toBeAllclose(output, { rtol: 1e-6, atol: 0 });
  });
});

describe.each<[string, Transform]>([
  ['randomBlur', randomBlur()],
  ['randomGamma', randomGamma()],
  ['randomResolution', randomResolution()],
  ['randomBiasField', randomBiasField()],
  ['randomIntensity', randomIntensity({ noise: [0, 0] })],
])('%s', (_, transform) => {
  test('leaves the mask, and takes views as it takes arrays', () => {
    const result = transform(drawn, random());
    expect(result.mask).toBe(drawn.mask);
    const turned = elements(drawn.image.step(-1, -1, -1));
    const array = ndarray(new Float32Array(turned), [height, width, channels]);
    const view = { ...drawn, image: array.step(-1, -1, -1) };
    expect(imageOf(transform, view)).toEqual(elements(result.image));
    expect(elements(array)).toEqual(turned);
  });

  test('does the same to all channels', () => {
    const alike = elements(drawn.image).map((_, i, all) => all[i - (i % channels)]!);
    const image = ndarray(new Float32Array(alike), [height, width, channels]);
    const result = imageOf(transform, { ...drawn, image });
    expect(result).toEqual(result.map((_, i) => result[i - (i % channels)]));
  });

  test('an image of one number stays finite', () => {
    const image = ndarray(new Float32Array(24).fill(7), [3, 4, 2]);
    const flat = { ...drawn, image, mask: ndarray(new Uint8Array(12), [3, 4]) };
    for (const value of imageOf(transform, flat)) expect(Number.isFinite(value)).toBe(true);
  });
});

test('gamma: mean and spread stay, an image of one number does', () => {
  const facts = (values: readonly number[]) => {
    const mean = values.reduce((a, b) => a + b) / values.length;
    return [mean, Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length)];
  };
  const bent = imageOf(randomGamma({ gamma: [3, 3] }));
  expect(bent).not.toBeAllclose(golden.image, { atol: 1 });
  expect(facts(bent)).toBeAllclose(facts(golden.image), close);
  const image = ndarray(new Float32Array(height * width * channels).fill(-3), drawn.image.shape);
  expect(new Set(imageOf(randomGamma(), { ...drawn, image }))).toEqual(new Set([-3]));
});

test('a bias field leaves zeros, and is drawn within its strength', () => {
  const ones = ndarray(new Float32Array(height * width * channels).fill(1), drawn.image.shape);
  ones.set(3, 4, 0, 0);
  const transform = randomBiasField({ strength: [0.2, 0.2] });
  const ends = Array.from({ length: 200 }, (_, seed) => {
    const { image } = transform({ ...drawn, image: ones }, sampleRandom(seed, 'x'));
    expect(image.get(3, 4, 0)).toBe(0);
    return Math.log(image.get(height - 1, width - 1, 0));
  });
  // In the corner all powers are 1: a sum of nine coefficients, each of deviation 0.2 / √3.
  const deviation = Math.sqrt(ends.reduce((sum, end) => sum + end ** 2, 0) / ends.length);
  expect(deviation / ((3 * 0.2) / Math.sqrt(3))).toBeCloseTo(1, 0.5);
  for (const end of ends) expect(Math.abs(end)).toBeLessThan(9 * 0.2);
});

describe('randomElastic', () => {
  const [rows, columns] = [64, 80];
  /** An image that says of each pixel where it comes from. */
  const places: Sample = {
    ...sampleOf(rows, columns, 2, square(20, 30, 12)),
    image: ndarray(
      Float32Array.from({ length: rows * columns * 2 }, (_, i) =>
        i % 2 === 0 ? Math.floor(i / 2 / columns) : Math.floor(i / 2) % columns,
      ),
      [rows, columns, 2],
    ),
  };

  test('nothing is moved further than said, along either axis, but it is moved', () => {
    let furthest = 0;
    for (let seed = 0; seed < 10; seed++) {
      const transform = randomElastic({ spacing: 8, displacement: [0.25, 0.25] });
      const { image } = transform(places, sampleRandom(seed, 'x'));
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
          const [down, right] = [image.get(r, c, 0) - r, image.get(r, c, 1) - c];
          furthest = Math.max(furthest, Math.abs(down), Math.abs(right));
        }
      }
    }
    expect(furthest).toBeLessThanOrEqual(2 + 1e-5);
    expect(furthest).toBeGreaterThan(1);
  });

  test('nothing is folded at the largest displacement (a positive determinant inside)', () => {
    const transform = randomElastic({ spacing: 12, displacement: [0.48, 0.48] });
    let least = Number.POSITIVE_INFINITY;
    for (let seed = 0; seed < 20; seed++) {
      const { image } = transform(places, sampleRandom(seed, 'x'));
      for (let r = 6; r < rows - 7; r++) {
        for (let c = 6; c < columns - 7; c++) {
          const along = (k: number, dr: number, dc: number) =>
            image.get(r + dr, c + dc, k) - image.get(r, c, k);
          const determinant = along(0, 1, 0) * along(1, 0, 1) - along(0, 0, 1) * along(1, 1, 0);
          least = Math.min(least, determinant);
        }
      }
    }
    expect(least).toBeGreaterThan(0);
  });

  test('without displacement the sample stays', () => {
    const { image, mask } = randomElastic({ displacement: [0, 0] })(drawn, random());
    expect(elements(image)).toEqual(elements(drawn.image));
    expect(elements(mask)).toEqual(elements(drawn.mask));
  });
});

test('options out of range are a RangeError', () => {
  expect(() => randomGamma({ gamma: [0, 1] })).toThrow(/`gamma` must be two numbers from 0.01/);
  expect(() => randomGamma({ inverted: 2 })).toThrow(/`inverted` must be from 0 to 1, got 2/);
  expect(() => randomBlur({ sigma: [-1, 1] })).toThrow(/`sigma` must be two numbers from 0 to 100/);
  expect(() => randomResolution({ zoom: [0.5, 2] })).toThrow(/`zoom` .* from 0.1 to 1/);
  expect(() => randomBiasField({ strength: [1, 0] })).toThrow(/`strength`.*the smaller first/);
  expect(() => randomElastic({ spacing: 1 })).toThrow(/`spacing` must be at least 2 pixels, got 1/);
  expect(() => randomElastic({ displacement: [0, 0.5] })).toThrow(/`displacement` .* to 0.48/);
});
