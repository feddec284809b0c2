import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createVolume, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';

const shape: [number, number, number] = [2, 3, 4];
const affine = [-2, 0, 0, 9, 0, -1, 0, 4, 0, 0, 3, -6, 0, 0, 0, 1];

/** Writes a volume of 2 × 3 × 4 voxels that are `value` + index. */
export async function writeRamp(path: string, value: number): Promise<void> {
  await write(
    path,
    Int16Array.from({ length: 24 }, (_, i) => value + i),
  );
}

/** Writes a mask on its grid with these labels from the first voxel on. */
export async function writeLabels(path: string, labels: readonly number[]): Promise<void> {
  const voxels = new Uint8Array(24);
  voxels.set(labels);
  await write(path, voxels);
}

async function write(path: string, voxels: Int16Array | Uint8Array): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  await writeVolume(path, createVolume(ndarray(voxels, shape), { affine }));
}
