import type { Volume } from '@sts-net/volume-io';
import type { NdArray } from 'ndarray';
import type { Picture } from './picture.ts';
import type { ReportCase } from './report.ts';

/** The first row and column of a picture in its slice, and its size in pixels. */
export interface Window {
  readonly row: number;
  readonly column: number;
  readonly height: number;
  readonly width: number;
}

/** About how many voxels are looked at for percentiles, at most. */
const sampled = 2e6;

/** The intensities that become black and white: the 1st and 99.8th percentile of nonzero voxels. */
export function greyRange({
  voxels,
}: Pick<Volume, 'voxels'>): readonly [black: number, white: number] {
  const values: number[] = [];
  const [slices = 0, rows = 0, columns = 0] = voxels.shape;
  const step = Math.max(2, Math.ceil(Math.sqrt((slices * rows * columns) / sampled)));
  for (let s = 0; s < slices; s++) {
    for (let r = 0; r < rows; r += step) {
      for (let c = 0; c < columns; c += step) {
        const value = voxels.get(s, r, c);
        if (value !== 0 && Number.isFinite(value)) values.push(value);
      }
    }
  }
  // Millions of numbers are sorted sooner without a function that compares them.
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return [at(0.01), at(0.998)];
}

/** An intensity as grey, 0 … 255. */
export function greyOf(
  value: number,
  [black, white]: readonly [black: number, white: number],
): number {
  const share = (value - black) / (white - black || 1);
  return Math.round(255 * Math.min(1, Math.max(0, share)));
}

/** Which picture it is, for people. */
export function placeText({ id, flat = false }: ReportCase, slice: number): string {
  return flat ? id : `${id}, slice ${slice + 1}`;
}

/**
 * A window of one slice, turned as radiologists look at it: the patient's front or head up, the
 * patient's right side on the left; pictures stay as they are. Parts of the window outside the slice are black.
 */
export function cutPicture(
  { flat, volume, truth, prediction }: Omit<ReportCase, 'id' | 'lesions'>,
  slice: number,
  { row, column, height, width }: Window,
  range: readonly [black: number, white: number],
): Picture {
  const upsideDown = !flat && axisSign(volume.affine, 1) > 0;
  const mirrored = !flat && axisSign(volume.affine, 0) > 0;
  const grey = new Uint8Array(width * height);
  const masks = { truth: new Uint8Array(grey.length), prediction: new Uint8Array(grey.length) };
  const [, rows = 0, columns = 0] = volume.voxels.shape;
  for (let y = 0; y < height; y++) {
    const r = row + (upsideDown ? height - 1 - y : y);
    for (let x = 0; x < width; x++) {
      const c = column + (mirrored ? width - 1 - x : x);
      if (r < 0 || c < 0 || r >= rows || c >= columns) continue;
      const at = y * width + x;
      grey[at] = greyOf(volume.voxels.get(slice, r, c), range);
      masks.truth[at] = isLesion(truth, slice, r, c);
      masks.prediction[at] = isLesion(prediction, slice, r, c);
    }
  }
  return { width, height, grey, ...masks };
}

function isLesion(mask: NdArray<Uint8Array>, slice: number, row: number, column: number): 0 | 1 {
  return mask.get(slice, row, column) > 0 ? 1 : 0;
}

/** Whether the axis (0 column, 1 row) runs towards right, front or head (1), or away from it (-1). */
function axisSign(affine: readonly number[], axis: 0 | 1): number {
  const direction = [affine[axis]!, affine[4 + axis]!, affine[8 + axis]!];
  const main = direction.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
  return Math.sign(main);
}

/** Least width of what a picture of a lesion shows, and least margin around it, in pixels. */
const leastSide = 32;
const margin = 8;

/**
 * A square window around a box of rows and columns.
 *
 * @param start the first row and column
 * @param end one after the last
 */
export function windowAround(
  start: readonly [row: number, column: number],
  end: readonly [row: number, column: number],
): Window {
  const extent = Math.max(end[0] - start[0], end[1] - start[1]);
  const side = Math.max(leastSide, extent + 2 * margin);
  const first = (axis: 0 | 1): number => Math.floor((start[axis] + end[axis] - side) / 2);
  return { row: first(0), column: first(1), height: side, width: side };
}
