import ndarray from 'ndarray';
import { describe, expect, test } from 'vitest';
import {
  copyPaste,
  lesionArea,
  randomBiasField,
  randomBlur,
  randomGamma,
  randomIntensity,
  randomResolution,
  type Sample,
  sampleRandom,
  type Transform,
} from '../src/index.ts';
import { elements, sampleOf, square } from './samples.ts';

const [height, width] = [24, 30];
/** What the image shows lies within zeros. */
const isThere = square(6, 9, 12);
const plain = sampleOf(height, width, 2, square(10, 12, 3));
for (let row = 0; row < height; row++) {
  for (let column = 0; column < width; column++) {
    for (const channel of [0, 1]) {
      const value = 50 + 10 * plain.image.get(row, column, channel);
      plain.image.set(row, column, channel, isThere(row, column) ? value : 0);
    }
  }
}
const cutOut: Sample = { ...plain, keepsZero: [true, false] };
const random = () => sampleRandom(4, 'x');
const strong = randomIntensity({ contrast: [2, 2], brightness: [1, 1], noise: [0.1, 0.1] });

describe.each<[string, Transform]>([
  ['randomIntensity', strong],
  ['randomGamma', randomGamma({ gamma: [2, 2], inverted: 0 })],
  ['randomBlur', randomBlur({ sigma: [1, 1] })],
  ['randomResolution', randomResolution({ zoom: [0.4, 0.4] })],
])('%s', (_, transform) => {
  test('reaches nothing where 0 says that nothing is there, and everything else', () => {
    const { image, mask } = transform(cutOut, random());
    let changed = 0;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        if (isThere(row, column)) {
          expect(image.get(row, column, 0)).not.toBe(cutOut.image.get(row, column, 0));
        } else {
          expect(image.get(row, column, 0)).toBe(0);
          if (image.get(row, column, 1) !== 0) changed++;
        }
      }
    }
    // A zero is a value in the other channel.
    expect(changed).toBeGreaterThan(0);
    expect(mask).toBe(cutOut.mask);
  });

  test('without a word, zeros are values', () => {
    const { image } = transform(plain, random());
    expect(elements(image.pick(null, null, 0)).filter((value) => value === 0).length).toBeLessThan(
      height * width - 144,
    );
    const none = transform({ ...plain, keepsZero: [false, false] }, random());
    expect(elements(none.image)).toEqual(elements(image));
  });
});

test.each<[string, Transform]>([
  ['randomIntensity', strong],
  ['randomGamma', randomGamma({ gamma: [2, 2], inverted: 1 })],
])('%s does with zeros around an image what it does without them', (_, transform) => {
  const own = (array: Sample['image'] | Sample['mask']) => array.lo(6, 9).hi(12, 12);
  const alone = { ...plain, image: own(plain.image), mask: own(plain.mask) } as Sample;
  const around = transform({ ...plain, keepsZero: [true, true] }, random());
  expect(elements(own(around.image) as Sample['image'])).toEqual(
    elements(transform(alone, random()).image),
  );
});

test('a bias field is a factor, so zeros stay whatever is said', () => {
  const { image } = randomBiasField({ strength: [1, 1] })(plain, random());
  expect(elements(image).filter((value) => value === 0).length).toBe(2 * (height * width - 144));
});

test('lesions are copied onto what is there, in one channel at least', () => {
  const donor = { ...sampleOf(height, width, 2, square(3, 3, 4)), group: 'donor' };
  const paste = copyPaste({ donors: [donor], feather: 1, attempts: 50 });
  const keepsZero = [true, true];
  /** Nothing at all in the second channel, which is missing. */
  const missing = {
    ...plain,
    image: ndarray(Float32Array.from(elements(plain.image)), [24, 30, 2]),
  };
  for (let at = 0; at < height * width; at++) missing.image.data[2 * at + 1] = 0;
  let beyond = 0;
  for (let seed = 0; seed < 40; seed++) {
    for (const sample of [plain, missing]) {
      const { mask } = paste({ ...sample, keepsZero }, sampleRandom(seed, 'x'));
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          if (mask.get(row, column) !== 0) expect(isThere(row, column)).toBe(true);
        }
      }
    }
    const anywhere = paste(plain, sampleRandom(seed, 'x')).mask;
    for (let at = 0; at < height * width; at++) {
      const [row, column] = [Math.floor(at / width), at % width];
      if (anywhere.get(row, column) !== 0 && !isThere(row, column)) beyond++;
    }
  }
  const pasted = paste({ ...missing, keepsZero }, random());
  expect(lesionArea(pasted.mask)).toBe(9 + 16);
  expect(beyond).toBeGreaterThan(0);
});

test('a channel too few is an error', () => {
  expect(() => strong({ ...plain, keepsZero: [true] }, random())).toThrow(
    '`randomIntensity`: `keepsZero` of sample case_007 must say yes or no for each of 2 channels, got 1',
  );
});
