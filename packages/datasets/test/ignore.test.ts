import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@sts-net/testing';
import { createVolume, readVolume, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import {
  type ConsensusName,
  checkManifests,
  datasets,
  loadManifest,
  manifestStatistics,
  type PrepareOptions,
  prepareDataset,
} from '../src/index.ts';

const shape = [2, 2, 3];

/** A folder with an image `x` and masks `x_1`, `x_2`, … that hold these numbers. */
async function prepared(masks: readonly (readonly number[])[], options: PrepareOptions) {
  const folder = temporaryFolder();
  for (const name of ['images', 'masks']) mkdirSync(join(folder, name));
  const voxels = Float32Array.from({ length: 12 }, (_, i) => i);
  await writeVolume(join(folder, 'images/x.nii'), createVolume(ndarray(voxels, shape)));
  for (const [i, mask] of masks.entries()) {
    const numbers = Int16Array.from({ length: 12 }, (_, at) => mask[at] ?? 0);
    const path = join(folder, `masks/x_${i + 1}.nii`);
    await writeVolume(path, createVolume(ndarray(numbers, shape)));
  }
  const output = join(temporaryFolder(), 'prepared');
  await prepareDataset(datasets['nifti-pairs'], folder, output, {
    image: 'images/{id}.nii',
    mask: 'masks/{id}_*.nii',
    ...options,
  });
  const manifest = join(output, 'manifest.jsonl');
  const [item] = await loadManifest(manifest);
  const mask = await readVolume(join(output, item!.mask!));
  return { item: item!, labels: [...mask.voxels.data].slice(0, 8), manifest };
}

describe('numbers of masks on which nothing counts', () => {
  it.each([
    ['a negative one, in the file as it is', { ignore: -1 }, -1, 3, [1, 2, -1, -1, 0, 0, 1, 0]],
    ['before the map', { ignore: -1, map: { 2: 1 } }, 255, 3, [1, 1, 255, 255, 0, 0, 1, 0]],
    ['no negative number by the map', { ignore: 2, map: { '-1': 0 } as never }, 255, 2, []],
  ])('%s', async (_, options, ignore, area, expected) => {
    const run = prepared([[1, 2, -1, -1, 0, 0, 1]], options);
    if (expected.length === 0) return expect(run).rejects.toThrow('`map` must lead from whole');
    const { item, labels, manifest } = await run;
    expect(item).toMatchObject({ ignore, area });
    expect(labels).toEqual(expected);
    const { errors, labels: found } = await checkManifests([manifest]);
    expect(errors).toEqual([]);
    expect([...found.keys()]).toEqual(
      [...new Set(expected)].filter((n) => n > 0 && n !== ignore).sort(),
    );
    const { targets } = await manifestStatistics(manifest);
    expect(targets.map((one) => one.area)).toEqual([1, 2]);
  });

  it('are refused where nobody says what they are', async () => {
    await expect(prepared([[1, -1]], {})).rejects.toThrow(
      'give `ignore` -1 if it marks voxels on which nothing counts',
    );
  });

  it.each(['union', 'majority', 'staple'] as ConsensusName[])(
    'are ignored where one of several readers says so, by %s, and else no voice',
    async (consensus) => {
      const masks = [
        [1, 1, 9, 0, 1],
        [1, 1, 1, 9, 1],
        [1, 1, 1, 0, 9],
      ];
      const { item, labels } = await prepared(masks, { ignore: 9, consensus });
      expect(labels).toEqual([1, 1, 255, 255, 255, 0, 0, 0]);
      expect(item).toMatchObject({ ignore: 255, area: 2 });
    },
  );
});
