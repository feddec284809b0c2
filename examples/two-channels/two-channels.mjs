// Makes a second channel, local contrast, of images in one and trains on both:
//
//   node two-channels.mjs FOLDER OUTPUT [STEPS]
//
// FOLDER/ID_FLAIR.nii.gz has the lesions FOLDER/ID_GOLD.nii.gz; the run, OUTPUT/run, is that of the config
// OUTPUT/config.json.
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { likeVolume, readVolume, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { loadConfig, train, useBackend } from 'sts-net';

/** Half the side of the window that a voxel is compared with, in pixels. */
const reach = 7;

/** Each voxel of the brain less the mean of the brain within a square around it in its slice; 0 outside. */
export function localContrast(volume) {
  const [slices, rows, columns] = volume.voxels.shape;
  const voxels = volume.voxels.data;
  const contrast = new Float32Array(voxels.length);
  const area = rows * columns;
  for (let slice = 0; slice < slices; slice++) {
    const pixels = voxels.subarray(slice * area, (slice + 1) * area);
    const sums = boxSums(pixels, rows, columns);
    const counts = boxSums(pixels.map(Math.sign), rows, columns);
    for (let i = 0; i < area; i++) {
      if (pixels[i] !== 0) contrast[slice * area + i] = pixels[i] - sums[i] / counts[i];
    }
  }
  return likeVolume(volume, ndarray(contrast, [slices, rows, columns]));
}

/** Of each pixel, the sum over the window around it, cut at the border. */
function boxSums(pixels, rows, columns) {
  // Over all that is above and to the left, with a row and a column of zeros before.
  const wide = columns + 1;
  const table = new Float64Array((rows + 1) * wide);
  for (let row = 0; row < rows; row++) {
    for (let column = 0, line = 0; column < columns; column++) {
      line += pixels[row * columns + column];
      const below = (row + 1) * wide + column + 1;
      table[below] = table[below - wide] + line;
    }
  }
  return pixels.map((_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const [top, left] = [Math.max(0, row - reach) * wide, Math.max(0, column - reach)];
    const bottom = Math.min(rows, row + reach + 1) * wide;
    const right = Math.min(columns, column + reach + 1);
    return table[bottom + right] - table[top + right] - table[bottom + left] + table[top + left];
  });
}

/** Writes the second channels and the config, and trains: the result of `train`. */
export async function trainTwoChannels(folder, output, training) {
  const suffix = '_FLAIR.nii.gz';
  const names = (await readdir(folder)).filter((name) => name.endsWith(suffix)).sort();
  const ids = names.map((name) => name.slice(0, -suffix.length));
  if (ids.length < 2) throw new Error(`${folder}: there are not two files ID${suffix}.`);
  await mkdir(output, { recursive: true });
  const cases = [];
  for (const id of ids) {
    const [flair, contrast] = [
      resolve(folder, id + suffix),
      resolve(output, `${id}_CONTRAST.nii.gz`),
    ];
    await writeVolume(contrast, localContrast(await readVolume(flair)));
    cases.push({ id, image: { flair, contrast }, mask: resolve(folder, `${id}_GOLD.nii.gz`) });
  }
  const config = {
    model: { encoder: 'mobilenet_v2', decoder: 'unet', classes: 2 },
    data: { cases, split: { validation: ids.slice(-1), test: [] } },
    training: { batchSize: 8, patch: { size: 96, lesionShare: 0.5 }, ...training },
    output: resolve(output, 'run'),
  };
  await writeFile(join(output, 'config.json'), JSON.stringify(config, null, 2));
  await useBackend();
  return train(await loadConfig(join(output, 'config.json')));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [folder, output, steps = 60] = process.argv.slice(2);
  const training = { steps: Number(steps), validation: { every: Number(steps) } };
  const optimizer = { learningRate: 4e-3 };
  const { bestScore } = await trainTwoChannels(folder, output, { ...training, optimizer });
  console.log(`Dice of the validation patient ${bestScore.toFixed(3)}`);
}
