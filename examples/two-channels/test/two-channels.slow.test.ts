import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVolume, readVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { loadModel } from 'sts-net';
import { expect, test } from 'vitest';
// @ts-expect-error: a script without types.
import { localContrast, trainTwoChannels } from '../two-channels.mjs';

const data = fileURLToPath(new URL('../../../packages/sts-net/data/open_ms', import.meta.url));

test('contrast is a voxel less the mean of the brain in the 15 × 15 around it', () => {
  const [slices, rows, columns] = [2, 20, 31];
  const voxels = ndarray(new Float32Array(slices * rows * columns), [slices, rows, columns]);
  for (let i = 0; i < voxels.size; i++) voxels.data[i] = i % 5 === 0 ? 0 : (i * 37) % 101;
  const { voxels: contrast } = localContrast(createVolume(voxels));
  for (let slice = 0; slice < slices; slice++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const value = voxels.get(slice, row, column);
        let [sum, count] = [0, 0];
        for (let y = Math.max(0, row - 7); y <= Math.min(rows - 1, row + 7); y++) {
          for (let x = Math.max(0, column - 7); x <= Math.min(columns - 1, column + 7); x++) {
            sum += voxels.get(slice, y, x);
            count += voxels.get(slice, y, x) === 0 ? 0 : 1;
          }
        }
        const expected = value === 0 ? 0 : value - sum / count;
        expect(contrast.get(slice, row, column)).toBeCloseTo(expected, 3);
      }
    }
  }
});

test('trains on both channels, whose names the run keeps', async () => {
  const output = join(mkdtempSync(join(tmpdir(), 'two-channels-')), 'output');
  const training = { steps: 2, batchSize: 2, validation: { every: 2 }, workers: 0 };
  await trainTwoChannels(data, output, training);
  const contrast = await readVolume(join(output, 'patient07_CONTRAST.nii.gz'));
  const flair = await readVolume(join(data, 'patient07_FLAIR.nii.gz'));
  expect(contrast.affine).toEqual(flair.affine);
  const config = JSON.parse(readFileSync(join(output, 'run', 'config.json'), 'utf8'));
  expect(config.preprocessing.channels).toEqual(['flair', 'contrast']);
  const { model } = await loadModel(join(output, 'run'));
  // Three slices of two channels.
  expect(model.inputs[0]!.shape.at(-1)).toBe(6);
  model.dispose();
});

test('a folder without images is an error that says so', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'two-channels-'));
  await expect(trainTwoChannels(empty, join(empty, 'output'))).rejects.toThrow('_FLAIR.nii.gz');
});
