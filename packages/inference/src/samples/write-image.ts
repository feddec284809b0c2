import type { Sample } from '@sts-net/volume-io';
import { type Normalization, toInput } from '../preprocessing/normalization.ts';

/** The part of a sample that goes into a batch. */
export interface Window {
  /** First row and column; may be negative or reach beyond the sample, which is padded with zeros. */
  readonly top: number;
  readonly left: number;
  readonly flipRows: boolean;
  readonly flipColumns: boolean;
}

/** The window that begins at the sample's corner. */
export const wholeSample: Window = { top: 0, left: 0, flipRows: false, flipColumns: false };

/** Images as a network takes them. */
export interface ImageBatch {
  /** `[count, height, width, channels]`, normalised. */
  readonly images: Float32Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** A batch of zeros. */
export function emptyImages(size: Omit<ImageBatch, 'images'>): ImageBatch {
  const { count, height, width, channels } = size;
  return { ...size, images: new Float32Array(count * height * width * channels) };
}

/** Writes the window of an image, normalised, into place `index` of a batch that holds zeros there. */
export function writeImage(
  image: Sample['image'],
  normalization: Normalization,
  { top, left, flipRows, flipColumns }: Window,
  { images, height, width, channels }: ImageBatch,
  index: number,
): void {
  const [rows, columns] = image.shape as [number, number, number];
  const [rowStride, columnStride, channelStride] = image.stride as [number, number, number];
  for (let y = 0; y < height; y++) {
    const row = top + (flipRows ? height - 1 - y : y);
    if (row < 0 || row >= rows) continue;
    for (let x = 0; x < width; x++) {
      const column = left + (flipColumns ? width - 1 - x : x);
      if (column < 0 || column >= columns) continue;
      const to = ((index * height + y) * width + x) * channels;
      const from = image.offset + row * rowStride + column * columnStride;
      for (let c = 0; c < channels; c++) {
        images[to + c] = toInput(image.data[from + c * channelStride]!, normalization[c]!);
      }
    }
  }
}
