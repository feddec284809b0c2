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
});
