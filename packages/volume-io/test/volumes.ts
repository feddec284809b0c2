import { gzipSync } from 'node:zlib';
import ndarray from 'ndarray';
import { createVolume, encodeVolume, type Volume } from '../src/index.ts';

/** An int16 volume whose voxel (slice, row, column) is 100·slice + 10·row + column. */
export function countingVolume(
  shape: readonly [number, number, number] = [3, 4, 5],
): Volume<Int16Array> {
  const voxels = ndarray(new Int16Array(shape[0] * shape[1] * shape[2]), [...shape]);
  for (let s = 0; s < shape[0]; s++) {
    for (let r = 0; r < shape[1]; r++) {
      for (let c = 0; c < shape[2]; c++) voxels.set(s, r, c, 100 * s + 10 * r + c);
    }
  }
  return createVolume(voxels, { spacing: [3, 1, 0.5] });
}

/** The bytes of a valid file (little endian, int16, [3, 4, 5]) with some of them overwritten. */
export async function patchedFile(
  ...patches: ((view: DataView) => void)[]
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await encodeVolume(countingVolume());
  for (const patch of patches) patch(new DataView(bytes.buffer));
  return bytes;
}

export function gzipped(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(gzipSync(bytes));
}

/** A volume's voxels, x fastest. */
export function valuesOf({ voxels }: Volume): number[] {
  const [depth, height, width] = voxels.shape as [number, number, number];
  const values: number[] = [];
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) values.push(voxels.get(z, y, x));
    }
  }
  return values;
}
