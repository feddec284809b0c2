import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readVolume } from '@sts-net/volume-io';
import { describe, expect, test } from 'vitest';
import { demoData } from '../../src/demo/demo-config.ts';

const folder = join(import.meta.dirname, '../../data/open_ms');

describe('the sample data', () => {
  // Golden: nibabel on the whole volumes of the source, at the same positions in the world.
  test.each([
    { id: 'patient07', shape: [22, 160, 126], corner: [63, -97, 7], lesion: 570 },
    { id: 'patient19', shape: [60, 151, 132], corner: [66, -98, -22], lesion: 45279 },
    { id: 'patient26', shape: [41, 164, 128], corner: [63, -97, -2], lesion: 8085 },
  ])('$id is where it is in the source', async ({ id, shape, corner, lesion }) => {
    const { image: path, mask: maskPath } = demoData.cases.find((one) => one.id === id)!;
    const [image, mask] = await Promise.all([readVolume(path), readVolume(maskPath!)]);
    expect(image.voxels.shape).toEqual(shape);
    expect(image.affine).toEqual([
      ...[-1, 0, 0, corner[0]],
      ...[0, 1, 0, corner[1]],
      ...[0, 0, 1, corner[2]],
      ...[0, 0, 0, 1],
    ]);
    expect(mask.voxels.shape).toEqual(shape);
    expect(mask.affine).toEqual(image.affine);
    expect(Float64Array.from(mask.voxels.data).reduce((sum, label) => sum + label, 0)).toBe(lesion);
  });

  test('is credited and fits the 6 MB it may take', async () => {
    const names = await readdir(folder);
    const sizes = await Promise.all(
      names.map(async (name) => (await stat(join(folder, name))).size),
    );
    expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThan(6e6);
    for (const name of ['README.md', 'LICENSE']) {
      expect(await readFile(join(folder, name), 'utf8')).toContain('Lesjak');
    }
  });
});
