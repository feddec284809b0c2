import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Predictor, predictVolume } from '@sts-net/inference';
import { temporaryFolder, uniform } from '@sts-net/testing';
import { createVolume, readVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { expect, it } from 'vitest';
import { storeIn } from '../../src/prediction/file-store.ts';
import { writeQuantities } from '../../src/prediction/write-quantities.ts';

const predictor: Predictor = {
  channels: 3,
  classes: 3,
  predict: async (images) => uniform(`${images[1]}`, images.length),
};
const volume = createVolume(ndarray(uniform('image', 7 * 8 * 9), [7, 8, 9]), {
  spacing: [2, 1, 1],
});

it('keeps in a file what it would keep in memory, which has no name and leaves nothing', async () => {
  const folder = temporaryFolder();
  const preprocessing = { spacing: { inPlane: [0.8, 1.3] as const }, axis: 1 as const };
  const inMemory = await predictVolume(predictor, volume, { preprocessing });
  const onDisk = await predictVolume(predictor, volume, {
    preprocessing,
    store: storeIn(folder, 100),
  });
  if (process.platform !== 'win32') expect(readdirSync(folder)).toEqual([]);
  for (const c of [0, 1, 2]) {
    expect(onDisk.probabilities(c).voxels.data).toEqual(inMemory.probabilities(c).voxels.data);
  }
  expect(onDisk.labels().voxels.data).toEqual(inMemory.labels().voxels.data);
  onDisk.release();
  expect(readdirSync(folder)).toEqual([]);
});

it('names the folder that has no room for it', () => {
  const folder = join(temporaryFolder(), 'none');
  expect(() => storeIn(folder, 0)(10)).toThrow(/none.*\.tmp/);
});

it('writes all that is asked for, and says what', async () => {
  const folder = temporaryFolder();
  const said = await predictVolume(predictor, volume);
  const names = await writeQuantities(join(folder, 'p1'), '.nii.gz', said, {
    ...{ probabilities: true, uncertainty: true },
  });
  expect(names).toEqual(['probability-1', 'probability-2', 'entropy']);
  const { voxels, spacing } = await readVolume(join(folder, 'p1_probability-2.nii.gz'));
  expect(spacing).toEqual([2, 1, 1]);
  expect(voxels.data).toEqual(said.probabilities(2).voxels.data);
});
