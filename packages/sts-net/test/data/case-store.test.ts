import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { validateConfig } from '../../src/config/validate-config.ts';
import type { Case } from '../../src/data/case.ts';
import { asLabels, CaseStore } from '../../src/data/case-store.ts';
import { normalizationFor } from '../../src/data/normalization.ts';
import { configFor, makeData } from '../make-data.ts';

async function store(cacheMegabytes: number) {
  const folder = await makeData(['a', 'b']);
  const cases = ['a', 'b'].map(
    (id): Case => ({
      id,
      group: id,
      image: join(folder, 'images', `${id}.nii.gz`),
      mask: join(folder, 'masks', `${id}.nii.gz`),
    }),
  );
  const data = { ...validateConfig(configFor()).data, cacheMegabytes };
  const forget = () => rmSync(folder, { recursive: true });
  return { cases: new CaseStore(data, 2), a: cases[0]!, b: cases[1]!, forget };
}

describe('CaseStore', () => {
  it('reads a case once and gives samples that are views into its volume', async () => {
    const { cases, a, forget } = await store(1);
    const loaded = await cases.load(a);
    forget();
    expect(await cases.load(a)).toBe(loaded);
    expect(loaded.samples).toHaveLength(6);
    for (const { image, mask } of loaded.samples) {
      expect(image.data).toBe(loaded.image.voxels.data);
      expect(mask.data).toBe(loaded.mask.voxels.data);
    }
  });

  it('forgets the least recently used case when memory is used up', async () => {
    // A case takes 6·24·20·(4 + 1) bytes = 14.4 kB: one fits into 20 kB, two do not.
    const { cases, a, b, forget } = await store(20e3 / 2 ** 20);
    const first = await cases.load(a);
    const second = await cases.load(b);
    expect(await cases.load(a)).not.toBe(first);
    expect(await cases.load(b)).not.toBe(second);
    forget();
    await expect(cases.load(a)).rejects.toThrow('a.nii.gz');
    await expect(cases.load(b)).resolves.toBeDefined();
  });
});

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

describe('asLabels', () => {
  const mask = (...values: number[]) => createVolume(ndarray(Float32Array.from(values), [1, 1, 3]));
  const one = { id: 'x', mask: 'x.nii' };

  it('takes every nonzero value as the target of two classes', () => {
    expect([...asLabels(mask(0, 255, 0.5), 2, one).voxels.data]).toEqual([0, 1, 1]);
  });

  it('keeps the labels of more classes', () => {
    expect([...asLabels(mask(0, 2, 1), 3, one).voxels.data]).toEqual([0, 2, 1]);
    expect(() => asLabels(mask(0, 0.5, 1), 3, one)).toThrow('got 0.5');
    expect(() => asLabels(mask(0, Number.NaN, 1), 2, one)).toThrow('got NaN');
  });
});
