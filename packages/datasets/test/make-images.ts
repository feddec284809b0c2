import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { uniform } from '@sts-net/testing';
import { writeImage } from '@sts-net/volume-io';
import ndarray from 'ndarray';

/** Rows and columns of the images. */
export const rows = 24;
export const columns = 32;

/** A grey image of noise with a bright square; the same name gives the same. */
export async function writeNoise(path: string, seed: string, square: Square): Promise<void> {
  const pixels = Uint8Array.from(uniform(seed, rows * columns), (u) => 60 + 60 * u);
  for (const at of pixelsOf(square)) pixels[at] = 220;
  await write(path, pixels);
}

/** Row, column and side of a square; nothing for side 0. */
export type Square = readonly [row: number, column: number, side: number];

/** A mask with the square as 255. */
export async function writeMask(path: string, square: Square): Promise<void> {
  const pixels = new Uint8Array(rows * columns);
  for (const at of pixelsOf(square)) pixels[at] = 255;
  await write(path, pixels);
}

function pixelsOf([row, column, side]: Square): number[] {
  return Array.from(
    { length: side * side },
    (_, i) => (row + Math.floor(i / side)) * columns + column + (i % side),
  );
}

async function write(path: string, pixels: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeImage(path, ndarray(pixels, [rows, columns]));
}

/**
 * A folder in the layout of BUSI: six benign images with squares of 2 to 7 pixels, two malignant
 * ones, of which the first is the image of `benign (1)` and the second has two masks, and a normal one.
 */
export async function makeBusi(folder: string): Promise<void> {
  const at = (kind: string, number: number, ending = '') =>
    join(folder, kind, `${kind} (${number})${ending}.png`);
  for (let i = 1; i <= 6; i++) {
    const square: Square = [2 * i, 3 * i, i + 1];
    await writeNoise(at('benign', i), `b${i}`, square);
    await writeMask(at('benign', i, '_mask'), square);
  }
  await writeNoise(at('malignant', 1), 'b1', [2, 3, 2]);
  await writeMask(at('malignant', 1, '_mask'), [2, 3, 2]);
  await writeNoise(at('malignant', 2), 'm2', [1, 1, 3]);
  await writeMask(at('malignant', 2, '_mask'), [1, 1, 3]);
  await writeMask(at('malignant', 2, '_mask_1'), [3, 3, 4]);
  await writeNoise(at('normal', 1), 'n1', [0, 0, 0]);
  await writeMask(at('normal', 1, '_mask'), [0, 0, 0]);
}
