import { type Random, randomInteger } from '@sts-net/amplify';
import type { Window } from '@sts-net/inference';
import { IGNORED, type Sample } from '@sts-net/volume-io';
import { forEachLesionPixel } from '../samples/slice-lesions.ts';
import type { PatchOptions } from './sampler.ts';

/** How often a place is redrawn that lies on nothing, or on what does not count. */
const attempts = 16;

/** Draws a pixel of a mask, `[row, column]`, if it has what is looked for. */
export type PixelDraw = (
  mask: Sample['mask'],
  random: Random,
) => readonly [row: number, column: number] | undefined;

/**
 * A place for a patch. With `around`, the pixel that it draws lies within `jitter` pixels of the
 * patch's centre, along rows and along columns; otherwise the centre is a random pixel, preferably one
 * whose intensity is not zero and that counts. Patches do not reach beyond the sample where they fit.
 */
export function patchWindow(
  sample: Sample,
  { size, jitter = Math.floor(Math.min(...size) / 4) }: PatchOptions,
  { around, flips }: { readonly around?: PixelDraw | undefined; readonly flips: boolean },
  random: Random,
): Window {
  const [height, width] = size;
  const [rows, columns] = sample.mask.shape as [number, number];
  const lesion = around?.(sample.mask, random);
  const [row, column] =
    lesion === undefined
      ? randomPixel(sample, random)
      : ([lesion[0] + offset(jitter, random), lesion[1] + offset(jitter, random)] as const);
  return {
    top: place(row, height, rows),
    left: place(column, width, columns),
    flipRows: flips && random() < 0.5,
    flipColumns: flips && random() < 0.5,
  };
}

function offset(jitter: number, random: Random): number {
  return randomInteger(random, 2 * jitter + 1) - jitter;
}

/** First index of a window of `length` around `centre`; windows larger than the sample are centred. */
function place(centre: number, length: number, available: number): number {
  if (length >= available) return -Math.floor((length - available) / 2);
  return Math.min(Math.max(centre - Math.floor(length / 2), 0), available - length);
}

/** Any pixel of a lesion, all equally likely. */
export const randomLesionPixel: PixelDraw = (mask, random) => {
  const pixels: [number, number][] = [];
  forEachLesionPixel(mask, (row, column) => pixels.push([row, column]));
  return pixels[randomInteger(random, pixels.length)];
};

function randomPixel({ image, mask }: Sample, random: Random): readonly [number, number] {
  const [rows, columns] = image.shape as [number, number];
  const [rowStride, columnStride] = image.stride as [number, number];
  for (let attempt = 1; ; attempt++) {
    const row = randomInteger(random, rows);
    const column = randomInteger(random, columns);
    const value = image.data[image.offset + row * rowStride + column * columnStride];
    const counts = value !== 0 && mask.get(row, column) !== IGNORED;
    if (counts || attempt === attempts) return [row, column];
  }
}
