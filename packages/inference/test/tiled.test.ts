import { uniform } from '@sts-net/testing';
import { describe, expect, it } from 'vitest';
import { type ImageShape, type Predictor, tiled } from '../src/index.ts';

/** Class 1 is the mean over the 3 × 3 pixels around each, zeros beyond the border. */
const blur: Predictor = {
  channels: 1,
  classes: 2,
  async predict(images, [batch, height, width]) {
    const result = new Float32Array(2 * images.length);
    for (let b = 0; b < batch; b++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          let sum = 0;
          for (const row of [y - 1, y, y + 1]) {
            for (const column of [x - 1, x, x + 1]) {
              if (row < 0 || row >= height || column < 0 || column >= width) continue;
              sum += images[(b * height + row) * width + column]!;
            }
          }
          result.set([1 - sum / 9, sum / 9], 2 * ((b * height + y) * width + x));
        }
      }
    }
    return result;
  },
};

/** Class 1 is the pixel's own value. */
const own: Predictor = {
  channels: 1,
  classes: 2,
  predict: async (images) => Float32Array.from([...images].flatMap((p) => [1 - p, p])),
};

const noise = (shape: ImageShape) =>
  uniform(
    'tiles',
    shape.reduce((a, b) => a * b),
  );

describe('tiled', () => {
  it.each([
    { height: 40, width: 56, size: [16, 16], overlap: 0.5 },
    { height: 17, width: 33, size: [16, 16], overlap: 0.25 },
    { height: 64, width: 9, size: [20, 30], overlap: 0.9 },
    { height: 31, width: 30, size: [7, 5], overlap: 0 },
    { height: 4, width: 3, size: [1, 1], overlap: 0.5 },
  ] as const)(
    'weights of all tiles add up to 1: $height × $width in $size, overlap $overlap',
    async ({ height, width, size, overlap }) => {
      const shape = [2, height, width, 1] as const;
      const images = noise(shape);
      const whole = await own.predict(images, shape);
      expect(await tiled(own, { size, overlap }).predict(images, shape)).toBeAllclose(whole);
    },
  );

  it('is the whole image away from the borders of tiles', async () => {
    const shape = [1, 48, 48, 1] as const;
    const images = noise(shape);
    const whole = await blur.predict(images, shape);
    const parts = await tiled(blur, { size: [24, 24], overlap: 0.5 }).predict(images, shape);
    // Tiles begin at 0, 12 and 24, so inner borders lie at 12, 24 and 36.
    const isNear = (at: number) =>
      [12, 24, 36].some((border) => at === border || at === border - 1);
    let differences = 0;
    for (let i = 0; i < whole.length; i++) {
      const pixel = i >> 1;
      if (isNear(Math.floor(pixel / 48)) || isNear(pixel % 48)) {
        differences = Math.max(differences, Math.abs(whole[i]! - parts[i]!));
      } else expect(Math.abs(whole[i]! - parts[i]!)).toBeLessThan(1e-6);
    }
    // At the border of a tile another counts, in whose middle the pixel lies.
    expect(differences).toBeGreaterThan(0);
    expect(differences).toBeLessThan(1e-3);
  });

  it('shows no tile larger than its size, and images that fit as they are', async () => {
    const seen: string[] = [];
    const watched: Predictor = {
      ...own,
      predict: (images, shape) => {
        seen.push(shape.join(' '));
        return own.predict(images, shape);
      },
    };
    const { predict } = tiled(watched, { size: [8, 10] });
    await predict(noise([3, 8, 10, 1]), [3, 8, 10, 1]);
    expect(seen.splice(0)).toEqual(['3 8 10 1']);
    await predict(noise([3, 5, 14, 1]), [3, 5, 14, 1]);
    expect(seen).toEqual(['3 5 10 1', '3 5 10 1']);
  });

  it.each([
    [{ size: [0, 8] }, /`size` must be a height and a width in whole pixels, got \[0, 8\]/],
    [{ size: [8.5, 8] }, /got \[8.5, 8\]/],
    [{ size: [8, 8], overlap: 1 }, /`overlap` must be from 0 to below 1, got 1/],
    [{ size: [8, 8], overlap: Number.NaN }, /got NaN/],
  ] as const)('refuses %o', (options, message) => {
    expect(() => tiled(own, options as { size: [number, number] })).toThrow(message);
  });
});
