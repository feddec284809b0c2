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
    cases: new CaseStore({ preprocessing, classes: 2 }, { megabytes: cacheMegabytes }),
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
      expect(image.data).toBe(loaded.images[0].voxels.data);
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
    const loaded = await new CaseStore({ preprocessing, classes }).load({
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

  it('of two classes that hold several numbers are said once and counted', async () => {
    const folder = temporaryFolder();
    const shape = [1, 2, 3];
    const store = new CaseStore({ ...validateConfig(configFor()), classes: 2 });
    expect(store.warning).toBeUndefined();
    const load = async (id: string, ...labels: number[]) => {
      const [image, mask] = [join(folder, `${id}.nii`), join(folder, `${id}m.nii`)];
      await writeVolume(image, createVolume(ndarray(Float32Array.of(1, 2, 3, 4, 5, 6), shape)));
      await writeVolume(mask, createVolume(ndarray(Uint8Array.from(labels), shape)));
      await store.load({ id, group: id, image, mask });
    };
    await load('a', 0, 0, 255, 255, 0, 0);
    expect(store.warning).toBeUndefined();
    await load('b', 0, 1, 255, 255, 0, 0);
    const first =
      /^case 'b': the mask holds 2 different .*\(255 in 2 voxels, 1 in 1 voxels\); each counts as the target/;
    expect(store.warning).toMatch(first);
    await load('c', 0, 1, 2, 3, 0, 0);
    expect(store.warning).toMatch(/; so does one other mask$/);
    await load('d', 0, 1, 2, 0, 0, 0);
    await load('d', 0, 1, 2, 0, 0, 0);
    expect(store.warning).toMatch(first);
    expect(store.warning).toMatch(/; so do 2 other masks$/);
  });

  it('of one slice are held against where the slice lies', async () => {
    const folder = temporaryFolder();
    const shape = [1, 2, 3];
    const placed = (dx: number, dz = 0, sx = 1) => [
      sx,
      0,
      0,
      dx,
      0,
      1,
      0,
      5,
      0,
      0,
      2,
      7 + dz,
      0,
      0,
      0,
      1,
    ];
    const load = async (slices: number, affine: readonly number[], ...labels: number[]) => {
      const [image, mask] = [join(folder, 'i.nii'), join(folder, 'm.nii')];
      const values = Float32Array.from({ length: 6 * slices }, (_, i) => i);
      await writeVolume(
        image,
        createVolume(ndarray(values, [slices, 2, 3]), { affine: placed(0) }),
      );
      await writeVolume(mask, createVolume(ndarray(Uint8Array.from(labels), shape), { affine }));
      const store = new CaseStore({ ...validateConfig(configFor()), classes: 2 });
      const { samples } = await store.load({ id: 'x', group: 'x', image, mask });
      const { mask: read } = samples[0]!;
      return [0, 1].flatMap((row) => [0, 1, 2].map((column) => read.get(row, column)));
    };
    const labels = [0, 1, 1, 0, 0, 1] as const;
    const mirrored = [1, 1, 0, 1, 0, 0];
    for (const slices of [1, 3]) {
      expect(await load(slices, placed(0), ...labels)).toEqual([...labels]);
      expect(await load(slices, placed(2, 0, -1), ...labels)).toEqual(mirrored);
      await expect(load(slices, placed(40), ...labels)).rejects.toThrow(/up to 40\.0 mm elsewhere/);
      await expect(load(slices, placed(0, 9), ...labels)).rejects.toThrow(/mm elsewhere/);
    }
    // Three slices are the channels of one sample: the mask may lie in any of them.
    expect(await load(3, placed(0, 2), ...labels)).toEqual([...labels]);
  });

  it('that lie elsewhere are refused, with the distance', async () => {
    const away = [1, 0, 0, 40, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
    await expect(maskOf([0, 1, 2], 3, away)).rejects.toThrow(/case 'x': the mask .*40\.0 mm/);
  });
});
