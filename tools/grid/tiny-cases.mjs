// Six small volumes, each with one bright lesion on noise, and a config that trains on them in a second.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ndarray from 'ndarray';
import { createVolume, writeVolume } from '../../packages/volume-io/dist/index.js';

const shape = [4, 24, 20];

/** Writes `images`, `masks` and `config.json` into the folder. */
export async function writeTinyCases(folder) {
  for (const name of ['images', 'masks']) mkdirSync(join(folder, name));
  for (const [c, id] of ['a', 'b', 'c', 'd', 'e', 'f'].entries()) {
    const image = Float32Array.from({ length: 4 * 24 * 20 }, (_, i) => 100 + ((i * 7919 + c) % 21));
    const mask = new Uint8Array(image.length);
    for (const [row, column] of [3, 4, 5].flatMap((r) =>
      [6, 7, 8].map((k) => [r + 2 * c, k + c]),
    )) {
      const place = (24 + row) * 20 + column;
      image[place] = 200;
      mask[place] = 1;
    }
    const write = (name, data) =>
      writeVolume(
        join(folder, name, `${id}.nii.gz`),
        createVolume(ndarray(data, [...shape]), { spacing: [3, 1, 1] }),
      );
    await write('images', image);
    await write('masks', mask);
  }
  const config = {
    backend: 'wasm',
    model: { encoder: 'mobilenet_v2', decoder: 'unet' },
    data: {
      cases: { folder: '.', image: 'images/{id}.nii.gz', mask: 'masks/{id}.nii.gz' },
      split: { validation: ['c'], test: ['d', 'e', 'f'] },
    },
    training: {
      steps: 4,
      batchSize: 2,
      patch: { size: 16 },
      validation: { every: 2 },
      saveEvery: 1,
      workers: 0,
    },
    output: 'run',
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
}
