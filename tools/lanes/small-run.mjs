// A run of the least training, for lanes and benches.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ndarray from 'ndarray';
import { createVolume, writeVolume } from '../../packages/volume-io/dist/index.js';

const shape = [3, 24, 20];

/** Writes `path`.nii.gz, a small image with bright voxels, and their mask where one is named. */
export async function writeSmallImage(path, seed, mask) {
  const data = Float32Array.from({ length: 3 * 24 * 20 }, (_, i) => 100 + ((i * 7919 + seed) % 97));
  const image = createVolume(ndarray(data, shape), { spacing: [3, 1, 1] });
  await writeVolume(`${path}.nii.gz`, image);
  if (mask === undefined) return;
  const labels = Uint8Array.from(data, (value) => Number(value > 190));
  await writeVolume(mask, createVolume(ndarray(labels, shape), { spacing: [3, 1, 1] }));
}

/**
 * Writes cases and a config into a folder; c validates.
 *
 * @param more fields of the config
 * @param test ids of cases that are written besides a, b and c, for the test split
 * @returns the config, whose run is `run` beside it
 */
export async function writeSmallConfig(folder, more = {}, test = []) {
  mkdirSync(join(folder, 'cases'));
  for (const id of ['a', 'b', 'c', ...test]) {
    await writeSmallImage(
      join(folder, 'cases', id),
      id.charCodeAt(0),
      join(folder, `${id}_mask.nii.gz`),
    );
  }
  const config = join(folder, 'config.json');
  writeFileSync(
    config,
    JSON.stringify({
      backend: 'wasm',
      model: { encoder: 'mobilenet_v2', decoder: 'unet' },
      data: {
        cases: { folder: '.', image: 'cases/{id}.nii.gz', mask: '{id}_mask.nii.gz' },
        split: { validation: ['c'], test },
      },
      training: { steps: 2, batchSize: 2, validation: { every: 2 } },
      output: 'run',
      ...more,
    }),
  );
  return config;
}
