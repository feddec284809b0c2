import { resizeBilinear } from '../image/resize.ts';
import { sampleSize } from '../sample/check-sample.ts';
import { withImage } from './intensities.ts';
import { between, checkRange, type Transform } from './transform.ts';

export interface RandomResolutionOptions {
  /** Pixels that are left along each axis, as a share, drawn uniformly. @default [0.5, 1] */
  readonly zoom?: readonly [smallest: number, largest: number];
}

/**
 * Shows the image as if it had been taken with larger pixels: made smaller and brought back to its
 * size, both bilinearly, all channels alike; the mask stays. The other way to it than nnU-Net's, which
 * leaves pixels out on the way down.
 * @throws {RangeError} if `zoom` is out of order, less than 0.1 or more than 1
 */
export function randomResolution(options: RandomResolutionOptions = {}): Transform {
  const { zoom = [0.5, 1] } = options;
  checkRange('randomResolution', 'zoom', zoom, [0.1, 1]);
  return (sample, random) => {
    const share = between(random, zoom);
    const size = sampleSize('randomResolution', sample);
    const shorter = (length: number) => Math.max(1, Math.round(share * length));
    const small = resizeBilinear(sample.image, [shorter(size[0]), shorter(size[1])]);
    return withImage(sample, resizeBilinear(small, size));
  };
}
