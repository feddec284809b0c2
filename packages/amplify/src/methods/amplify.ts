import { lesionArea } from '../lesion/lesion-area.ts';
import { sampleSize } from '../sample/check-sample.ts';
import type { Sample } from '../sample/sample.ts';
import { type AreaLimitOptions, isAmplified, limitFor } from './area-limit.ts';
import { type AmplifiedSample, type CopyOptions, copyOperations } from './copies.ts';

export interface AmplifyOptions extends CopyOptions, AreaLimitOptions {
  /** Told of a copy that cannot be made. */
  readonly onSkip?: (skipped: { readonly id: string; readonly reason: string }) => void;
}

/**
 * The sample itself, followed by its enlarged or flipped copies if its lesion is small (Zhao et
 * al., Sci Rep 2025, Eq. 1–2 and Table 7). Copies are made as they are asked for and keep the
 * sample's group; their ids say what was done:
 *
 * | id | copy |
 * |---|---|
 * | `<id>_A1` | flipped vertically |
 * | `<id>_A2` | flipped horizontally |
 * | `<id>_A3` | margins cut off |
 * | `<id>_A4` | flipped horizontally, margins cut off |
 * | `<id>_A5` | flipped vertically, margins cut off (method 3, extended) |
 * | `<id>_A6` | flipped vertically, top and bottom margins cut off (method 3, extended) |
 * | `<id>_A7` | flipped vertically, left and right margins cut off (method 3, extended) |
 * | `<id>_A8` | flipped both ways, margins cut off (method 3) |
 * | `<id>_A8` … `<id>_A15` | as A3 and A4 in turn, with margins 1.5, 2, 2.5 and 0.5 times as wide (extended) |
 * | `<id>_C` | centre crop (method 4) |
 *
 * `copyNames` tells which there are without making them, `amplifiedCopy` makes one of them.
 *
 * @throws {RangeError} if an option is out of range or image and mask differ in size
 */
export function amplify(sample: Sample, options: AmplifyOptions): Iterable<AmplifiedSample> {
  const limit = limitFor('amplify', options);
  const operations = copyOperations('amplify', options);
  sampleSize('amplify', sample);

  function* copies(): Generator<AmplifiedSample> {
    yield sample;
    if (!isAmplified(lesionArea(sample.mask, sample.ignore), limit)) return;
    for (const [operation, make] of operations) {
      const copy = make(sample);
      if (copy !== undefined) yield copy;
      else {
        const reason = 'the centre of the lesion is on the border of the image';
        options.onSkip?.({ id: `${sample.id}_${operation}`, reason });
      }
    }
  }
  return { [Symbol.iterator]: copies };
}
