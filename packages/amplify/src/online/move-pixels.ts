import { ndarray } from '@sts-net/views';
import { sampleSize } from '../sample/check-sample.ts';
import type { Sample } from '../sample/sample.ts';

/** For each pixel of a result, row by row, the place in the source that it is taken from. */
export interface Places {
  readonly rows: Float64Array;
  readonly columns: Float64Array;
}

/**
 * The sample whose pixels lie elsewhere: image bilinear, mask by the nearest pixel, so that labels
 * stay labels.
 * @param fill what comes in from outside: this value (mask: background), or the nearest pixel
 */
export function movePixels(
  subject: string,
  sample: Sample,
  { rows, columns }: Places,
  fill: number | 'edge',
): Sample {
  const [height, width] = sampleSize(subject, sample);
  const { image, mask } = sample;
  const channels = image.shape[2]!;
  const [rowStride, columnStride, channelStride] = image.stride as [number, number, number];
  const pixels = new Float32Array(height * width * channels);
  const labels = new Uint8Array(height * width);
  const clamp = (value: number, most: number) => Math.min(most, Math.max(0, value));
  for (let at = 0; at < labels.length; at++) {
    const fromRow = rows[at]!;
    const fromColumn = columns[at]!;
    const nearestRow = Math.floor(fromRow + 0.5);
    const nearestColumn = Math.floor(fromColumn + 0.5);
    const isInside =
      nearestRow >= 0 && nearestRow < height && nearestColumn >= 0 && nearestColumn < width;
    if (!isInside && fill !== 'edge') {
      pixels.fill(fill, at * channels, (at + 1) * channels);
      continue;
    }
    // A lesion at the border is not smeared beyond it.
    if (isInside) labels[at] = mask.get(nearestRow, nearestColumn);
    const top = clamp(Math.floor(fromRow), height - 1);
    const bottom = clamp(Math.floor(fromRow) + 1, height - 1);
    const left = clamp(Math.floor(fromColumn), width - 1);
    const far = clamp(Math.floor(fromColumn) + 1, width - 1);
    const weightDown = fromRow - Math.floor(fromRow);
    const weightRight = fromColumn - Math.floor(fromColumn);
    for (let channel = 0; channel < channels; channel++) {
      const base = image.offset + channel * channelStride;
      const value = (r: number, c: number) => image.data[base + r * rowStride + c * columnStride]!;
      const above = value(top, left) * (1 - weightRight) + value(top, far) * weightRight;
      const below = value(bottom, left) * (1 - weightRight) + value(bottom, far) * weightRight;
      pixels[at * channels + channel] = above * (1 - weightDown) + below * weightDown;
    }
  }
  return {
    ...sample,
    image: ndarray(pixels, [height, width, channels]),
    mask: ndarray(labels, [height, width]),
  };
}
