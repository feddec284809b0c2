import type { LendOptions } from '../image/lend.ts';
import { dilate } from '../lesion/dilate.ts';
import { firstLesion } from '../lesion/first-lesion.ts';
import { minAreaRectangle } from '../lesion/min-area-rectangle.ts';
import { type Random, randomInteger } from '../random/random.ts';
import { sampleSize } from '../sample/check-sample.ts';
import type { Sample } from '../sample/sample.ts';
import { type CroppedSample, cropAndResize } from './crop.ts';

const HALF_SIZE = [150 / 480, 160 / 480] as const;

export interface CenterCropOptions extends LendOptions {
  /** Draws numbers in [0, 1); called twice. */
  readonly random: Random;
  /**
   * Smallest and largest half side of the crop, both included, as fractions of height (for rows)
   * and width (for columns), each rounded to pixels. The default is 150 to 160 pixels at 480.
   * @default [150 / 480, 160 / 480]
   */
  readonly halfSize?: readonly [smallest: number, largest: number];
}

/**
 * Cuts out a box around the first lesion and resizes it to the full size, with the mask grown by
 * one pixel (`dilate`): the centre crop of Zhao et al., Sci Rep 2025.
 *
 * The box is centred on the bounds of the lesion's smallest rotated rectangle, with corners cut to
 * whole pixels. Half height and half width are drawn independently and made smaller where the box
 * would leave the image.
 * @returns `undefined` if there is no lesion, or its centre is on the border so that nothing is left
 * @throws {RangeError} if `halfSize` is out of range
 */
export function centerCrop(sample: Sample, options: CenterCropOptions): CroppedSample | undefined {
  const { random, halfSize = HALF_SIZE, lend } = options;
  checkHalfSize('centerCrop', halfSize);
  const [smallest, largest] = halfSize;
  const [height, width] = sampleSize('centerCrop', sample);
  const mask = dilate(sample.mask, sample.ignore);
  const lesion = firstLesion(mask, sample.ignore);
  if (lesion.length === 0) return undefined;
  const corners = minAreaRectangle(lesion);
  const row = middle(corners.map(([, y]) => y));
  const column = middle(corners.map(([x]) => x));

  const draw = (length: number) => {
    const low = Math.round(smallest * length);
    const high = Math.round(largest * length);
    return low + randomInteger(random, high - low + 1);
  };
  const halfHeight = Math.min(draw(height), row, height - row);
  const halfWidth = Math.min(draw(width), column, width - column);
  if (halfHeight < 1 || halfWidth < 1) return undefined;
  return cropAndResize(
    { ...sample, mask },
    {
      top: row - halfHeight,
      bottom: row + halfHeight,
      left: column - halfWidth,
      right: column + halfWidth,
    },
    { lend },
  );
}

/** ⌊(smallest + largest) / 2⌋ of coordinates cut to whole numbers. */
function middle(coordinates: readonly number[]): number {
  const whole = coordinates.map(Math.trunc);
  return Math.floor((Math.min(...whole) + Math.max(...whole)) / 2);
}

/** Throws unless `halfSize` is a range of fractions that fits into an image. */
export function checkHalfSize(subject: string, halfSize: readonly [number, number]): void {
  const [smallest, largest] = halfSize;
  if (!(smallest > 0 && smallest <= largest && largest <= 0.5)) {
    throw new RangeError(
      `\`${subject}\`: \`halfSize\` must be two fractions with 0 < smallest ≤ largest ≤ 0.5, got [${halfSize.join(', ')}]; 150 pixels of 480 are 150 / 480`,
    );
  }
}
