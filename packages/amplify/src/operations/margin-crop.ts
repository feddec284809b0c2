import type { LendOptions } from '../image/lend.ts';
import { sampleSize } from '../sample/check-sample.ts';
import type { Sample } from '../sample/sample.ts';
import { type CroppedSample, cropAndResize } from './crop.ts';

export interface MarginCropOptions extends LendOptions {
  /**
   * What is cut off at each end of an axis, as a fraction of its length, in [0, 0.5). The default
   * is exactly 50 pixels at 480, the size in the paper's code.
   * @default 50 / 480
   */
  readonly margin?: number;
  /** Cut top and bottom (`rows`), left and right (`columns`) or all four. @default 'all' */
  readonly sides?: 'all' | 'rows' | 'columns';
}

/**
 * Cuts the margins off and resizes what is left to the full size, which enlarges lesions near the
 * middle (and may cut off those near the border).
 * @throws {RangeError} if an option is out of range
 */
export function marginCrop(sample: Sample, options: MarginCropOptions = {}): CroppedSample {
  const { margin = 50 / 480, sides = 'all', lend } = options;
  checkMargin('marginCrop', margin);
  if (sides !== 'all' && sides !== 'rows' && sides !== 'columns') {
    throw new RangeError(
      `\`marginCrop\`: \`sides\` must be 'all', 'rows' or 'columns', got ${String(sides)}`,
    );
  }
  const [height, width] = sampleSize('marginCrop', sample);
  const pixels = (length: number) =>
    Math.min(Math.round(margin * length), Math.floor((length - 1) / 2));
  const rows = sides === 'columns' ? 0 : pixels(height);
  const columns = sides === 'rows' ? 0 : pixels(width);
  const box = { top: rows, bottom: height - rows, left: columns, right: width - columns };
  return cropAndResize(sample, box, { lend });
}

/** Throws unless `margin` leaves something of the image. */
export function checkMargin(subject: string, margin: number, limit = 0.5): void {
  if (!(margin >= 0 && margin < limit)) {
    throw new RangeError(
      `\`${subject}\`: \`margin\` must be a fraction of the length in [0, ${limit}), got ${margin}; 50 pixels of 480 are 50 / 480`,
    );
  }
}
