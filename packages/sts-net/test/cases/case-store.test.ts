import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Case } from '@sts-net/datasets';
import { createVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { asLabels } from '../../src/cases/as-labels.ts';
import { CaseStore } from '../../src/cases/case-store.ts';
import { validateConfig } from '../../src/config/validate-config.ts';
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
