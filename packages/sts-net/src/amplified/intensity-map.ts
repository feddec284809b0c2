import type { Volume } from '@sts-net/volume-io';

/** How the intensities of a case become the whole numbers of a PNG: `(v − offset) / scale`, rounded. */
export interface IntensityMap {
  readonly bits: 8 | 16;
  readonly scale: number;
  readonly offset: number;
}

/**
 * Whole numbers up to 255 or 65535 stay what they are; of anything else the case's range is spread
 * over 16 bit.
 */
export function intensityMapOf(images: readonly Volume<Float32Array>[]): IntensityMap {
  let [least, most, whole] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, true];
  // Several channels may lie in one array.
  for (const data of new Set(images.map(({ voxels }) => voxels.data))) {
    for (let i = 0; i < data.length; i++) {
      const value = data[i]!;
      if (value < least) least = value;
      if (value > most) most = value;
      if (!Number.isInteger(value)) whole = false;
    }
  }
  if (whole && least >= 0 && most <= 65535) {
    return { bits: most <= 255 ? 8 : 16, scale: 1, offset: 0 };
  }
  return { bits: 16, scale: (most - least) / 65535 || 1, offset: least };
}
