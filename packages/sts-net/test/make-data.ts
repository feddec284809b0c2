import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder, uniform } from '@sts-net/testing';
import { createVolume, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';

/** `[slices, rows, columns]` of the volumes that `makeData` writes. */
export const shape: [number, number, number] = [6, 24, 20];

/** An image with a bright 3×3×2 lesion on noise, and its mask; where it lies depends on the seed. */
function syntheticCase(seed: string): {
  image: Float32Array;
  mask: Uint8Array;
} {
  const [slices, rows, columns] = shape;
  const image = uniform(seed, slices * rows * columns).map((u) => 100 + 20 * u);
  const mask = new Uint8Array(image.length);
  const [a = 0, b = 0] = uniform(`${seed}/place`, 2);
  const top = 4 + Math.floor(a * 12);
  const left = 4 + Math.floor(b * 8);
  for (let k = 2; k < 4; k++) {
    for (let j = top; j < top + 3; j++) {
      for (let i = left; i < left + 3; i++) {
        const at = (k * rows + j) * columns + i;
        image[at] = 200;
        mask[at] = 1;
      }
    }
  }
  return { image, mask };
}

/** Writes `ids.length` cases into a new folder: `images/<id>.nii.gz`, `masks/<id>.nii.gz`. */
export async function makeData(ids: readonly string[] = ['a', 'b', 'c', 'd']): Promise<string> {
  const folder = temporaryFolder();
  await mkdir(join(folder, 'images'));
  await mkdir(join(folder, 'masks'));
  for (const id of ids) {
    const { image, mask } = syntheticCase(id);
    const spacing = [3, 1, 1] as const;
    await writeVolume(
      join(folder, 'images', `${id}.nii.gz`),
      createVolume(ndarray(image, [...shape]), { spacing }),
    );
    await writeVolume(
      join(folder, 'masks', `${id}.nii.gz`),
      createVolume(ndarray(mask, [...shape]), { spacing }),
    );
  }
  return folder;
}

/** A config for the data that `makeData` writes: one validation case, one test case. */
export function configFor(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    seed: 7,
    backend: 'wasm',
    model: { encoder: 'mobilenet_v2', decoder: 'unet', attention: 'esca' },
    data: {
      cases: { folder: '.', image: 'images/{id}.nii.gz', mask: 'masks/{id}.nii.gz' },
      split: { validation: ['c'], test: ['d'] },
    },
    training: {
      steps: 6,
      batchSize: 2,
      patch: { size: 16 },
      flips: true,
      loss: 'dice-cross-entropy',
      optimizer: { learningRate: 0.002 },
      schedule: { name: 'cosine', per: 'step' },
      validation: { every: 3 },
      saveEvery: 3,
      // Threads take longer to begin than these trainings take.
      workers: 0,
    },
    output: 'run',
    ...changes,
  };
}

/** The least training that leaves weights. */
export function oneStep(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const config = configFor(changes);
  const training = config['training'] as Record<string, unknown>;
  return { ...config, training: { ...training, steps: 1 } };
}

/** Writes the config into the folder and returns its path. */
export async function writeConfig(
  folder: string,
  config: Record<string, unknown> = configFor(),
): Promise<string> {
  const path = join(folder, 'config.json');
  await writeFile(path, JSON.stringify(config));
  return path;
}
