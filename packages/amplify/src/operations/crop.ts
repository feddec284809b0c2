import type { LendOptions } from '../image/lend.ts';
import { resizeBilinear, resizeNearest } from '../image/resize.ts';
import type { Box } from '../lesion/box.ts';
import { sampleSize } from '../sample/check-sample.ts';
import type { Sample } from '../sample/sample.ts';

/** A part of a sample, and which part. */
export interface CroppedSample extends Sample {
  readonly box: Box;
}

/** Cuts `box` out and resizes it to the sample's size: image bilinear, mask nearest. */
export function cropAndResize(sample: Sample, box: Box, options: LendOptions = {}): CroppedSample {
  const size = sampleSize('cropAndResize', sample);
  const { top, bottom, left, right } = box;
  const within = (low: number, high: number, length: number) =>
    Number.isInteger(low) && Number.isInteger(high) && 0 <= low && low < high && high <= length;
  if (!within(top, bottom, size[0]) || !within(left, right, size[1])) {
    throw new RangeError(
      `\`cropAndResize\`: the box must be a non-empty part of [${size.join(', ')}], got rows ${top}–${bottom}, columns ${left}–${right} of sample ${sample.id}`,
    );
  }
  const { image, mask } = sample;
  const height = bottom - top;
  const width = right - left;
  return {
    ...sample,
    image: resizeBilinear(image.lo(top, left, 0).hi(height, width, image.shape[2]!), size, options),
    mask: resizeNearest(mask.lo(top, left).hi(height, width), size),
    box,
  };
}
