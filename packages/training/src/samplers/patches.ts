import { type Random, randomInteger, seededRandom } from '@sts-net/amplify';
import type { Window } from '@sts-net/inference';
import type { Sample } from '@sts-net/volume-io';
import type { PatchOptions, SamplerSpec } from './sampler.ts';

/**
 * Patches, each drawn anew: with probability `lesionShare` around a random lesion pixel of an item
 * that has a lesion, all such items being equally likely, otherwise anywhere in any item.
 */
export const patches: SamplerSpec = {
  size: ({ patch }) => patch!.size,
  create({ items, patch, batchSize, flips, seed }) {
    const withLesion = items.filter(({ slice }) => slice.lesionArea > 0);
    return (step, i) => {
      const random = seededRandom(seed, 'patch', step, i);
      const aroundLesion = random() < patch!.lesionShare && withLesion.length > 0;
      const from = aroundLesion ? withLesion : items;
      return {
        item: from[randomInteger(random, from.length)]!,
        pass: step * batchSize + i,
        window: (sample) => patchWindow(sample, patch!, { aroundLesion, flips }, random),
      };
    };
  },
};

/** How often a place is redrawn that lies on background. */
const attempts = 16;

/**
 * A place for a patch. With `aroundLesion`, a random lesion pixel of the sample lies within `jitter`
 * pixels of the patch's centre, along rows and along columns; otherwise the centre is a random pixel,
 * preferably one whose intensity is not zero. Patches do not reach beyond the sample where they fit.
 */
export function patchWindow(
  sample: Sample,
  { size, jitter = Math.floor(Math.min(...size) / 4) }: PatchOptions,
  { aroundLesion, flips }: { readonly aroundLesion: boolean; readonly flips: boolean },
  random: Random,
): Window {
  const [height, width] = size;
  const [rows, columns] = sample.mask.shape as [number, number];
  const lesion = aroundLesion ? randomLesionPixel(sample.mask, random) : undefined;
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

function randomLesionPixel(
  mask: Sample['mask'],
  random: Random,
): readonly [number, number] | undefined {
  const pixels: [number, number][] = [];
  forEachLesionPixel(mask, (row, column) => pixels.push([row, column]));
  return pixels[randomInteger(random, pixels.length)];
}

function randomPixel({ image }: Sample, random: Random): readonly [number, number] {
  const [rows, columns] = image.shape as [number, number];
  const [rowStride, columnStride] = image.stride as [number, number];
  for (let attempt = 1; ; attempt++) {
    const row = randomInteger(random, rows);
    const column = randomInteger(random, columns);
    const value = image.data[image.offset + row * rowStride + column * columnStride];
    if (value !== 0 || attempt === attempts) return [row, column];
  }
}

/** Visits the pixels of a mask that are not background, row by row. */
function forEachLesionPixel(
  { data, shape, stride, offset }: Sample['mask'],
  visit: (row: number, column: number) => void,
): void {
  const [rows, columns] = shape as [number, number];
  const [rowStride, columnStride] = stride as [number, number];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (data[offset + row * rowStride + column * columnStride] !== 0) visit(row, column);
    }
  }
}
