import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Case } from '@sts-net/datasets';
import { temporaryFolder } from '@sts-net/testing';
import { createVolume, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
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
  const { preprocessing } = validateConfig(configFor());
  const forget = () => rmSync(folder, { recursive: true });
  return {
    cases: new CaseStore(preprocessing, 2, cacheMegabytes),
    a: cases[0]!,
    b: cases[1]!,
    forget,
  };
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

describe('masks of cases', () => {
  /** Reads a case whose mask holds `values` in a volume of one slice more than the values fill. */
  async function maskOf(values: number[], classes: number, affine?: readonly number[]) {
    const folder = temporaryFolder();
    const [image, mask] = [join(folder, 'i.nii'), join(folder, 'm.nii')];
    const shape = [2, 1, values.length];
    const voxels = Float32Array.from({ length: 2 * values.length }, (_, i) => i);
    await writeVolume(image, createVolume(ndarray(voxels, shape)));
    const labels = Float32Array.from([...values, ...values]);
    await writeVolume(mask, createVolume(ndarray(labels, shape), affine && { affine }));
    const { preprocessing } = validateConfig(configFor());
    const loaded = await new CaseStore(preprocessing, classes).load({
      id: 'x',
      group: 'x',
      image,
      mask,
    });
    return loaded.samples.flatMap((sample) =>
      values.map((_, column) => sample.mask.get(0, column)),
    );
  }

  it('of two classes have the target wherever they are not 0', async () => {
    expect(await maskOf([0, 255, 1], 2)).toEqual([0, 1, 1, 0, 1, 1]);
  });

  it('of more classes keep their labels', async () => {
    expect(await maskOf([0, 2, 1], 3)).toEqual([0, 2, 1, 0, 2, 1]);
  });

  it.each([
    [[0, 0.5, 1], 2, 'got 0.5'],
    [[0, Number.NaN, 1], 2, 'got NaN'],
    [[0, -1, 1], 2, 'got -1'],
    [[0, 3, 1], 3, 'whole numbers from 0 to 2, got 3'],
  ])('%j with %i classes is refused', async (values, classes, message) => {
    await expect(maskOf(values, classes)).rejects.toThrow(message);
  });

  it('that are stored in another direction are brought to the image’s', async () => {
    const mirrored = [-1, 0, 0, 2, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
    expect(await maskOf([0, 1, 2], 3, mirrored)).toEqual([2, 1, 0, 2, 1, 0]);
  });

  it('that lie elsewhere are refused, with the distance', async () => {
    const away = [1, 0, 0, 40, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
    await expect(maskOf([0, 1, 2], 3, away)).rejects.toThrow(/case 'x': the mask .*40\.0 mm/);
  });
});
