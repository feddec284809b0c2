import { createVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { normalizationFor } from '../src/preprocessing/normalization.ts';

describe('normalizationFor', () => {
  const volume = createVolume(ndarray(Float32Array.of(0, 2, 4, 0, 6, 8), [1, 2, 3]));

  it('gives nonzero voxels mean 0 and deviation 1', () => {
    // 2, 4, 6, 8: mean 5, variance (9 + 1 + 1 + 9)/4 = 5.
    const { scale, offset, keepsZero } = normalizationFor(volume, { name: 'z-score' }, 3, 'v');
    expect(scale).toBeAllclose(new Array(3).fill(1 / Math.sqrt(5)));
    expect(offset).toBeAllclose(new Array(3).fill(-5 / Math.sqrt(5)));
    expect(keepsZero).toBe(true);
  });

  it('applies ImageNet’s numbers channel by channel', () => {
    const config = { name: 'imagenet', maxPixelValue: 8 } as const;
    const { scale, offset } = normalizationFor(volume, config, 3, 'v');
    const white = scale.map((s, c) => 8 * s + offset[c]!);
    expect(white).toBeAllclose([(1 - 0.485) / 0.229, (1 - 0.456) / 0.224, (1 - 0.406) / 0.225]);
  });

  it('leaves zeros alone for z-score only', () => {
    const imagenet = { name: 'imagenet', maxPixelValue: 255 } as const;
    expect(normalizationFor(volume, imagenet, 3, 'v').keepsZero).toBe(false);
  });

  it.each([
    [
      'zeros only',
      [0, 0, 0],
      "'v': the image must hold different nonzero intensities, got zeros only",
    ],
    ['one intensity', [7, 0, 7], 'got 7 everywhere'],
    ['NaN', [1, Number.NaN, 2], 'intensities must be finite, got NaN at voxel 1'],
    ['infinity', [1, 2, Number.NEGATIVE_INFINITY], 'got -Infinity at voxel 2'],
  ])('refuses %s', (_, values, message) => {
    const image = createVolume(ndarray(Float32Array.from(values), [1, 1, 3]));
    expect(() => normalizationFor(image, { name: 'z-score' }, 3, 'v')).toThrow(message);
  });

  it('needs no different intensities for ImageNet’s numbers', () => {
    const flat = createVolume(ndarray(new Float32Array(4), [1, 2, 2]));
    expect(() =>
      normalizationFor(flat, { name: 'imagenet', maxPixelValue: 1 }, 3, 'v'),
    ).not.toThrow();
  });
});
