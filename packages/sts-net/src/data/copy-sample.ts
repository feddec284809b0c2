import type { Sample } from '@sts-net/volume-io';
import type { Batch } from './batch.ts';
import type { Normalization } from './normalization.ts';

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

/** A batch to fill: zero images, every pixel background. */
export function emptyBatch(size: Omit<Batch, 'images' | 'labels'>): Batch {
  const { count, height, width, channels, classes } = size;
  const pixels = count * height * width;
  const labels = new Float32Array(pixels * classes);
  for (let i = 0; i < labels.length; i += classes) labels[i] = 1;
  return { ...size, images: new Float32Array(pixels * channels), labels };
}

/** Writes the window of a sample, normalised, into place `index` of the batch. */
export function copySample(
  { image, mask }: Sample,
  { scale, offset, keepsZero }: Normalization,
  { top, left, flipRows, flipColumns }: Window,
  batch: Batch,
  index: number,
): void {
  const { height, width, channels, classes, images, labels } = batch;
  const [rows, columns] = image.shape as [number, number, number];
  const [imageRow, imageColumn, imageChannel] = image.stride as [number, number, number];
  const [maskRow, maskColumn] = mask.stride as [number, number];
  for (let y = 0; y < height; y++) {
    const row = top + (flipRows ? height - 1 - y : y);
    if (row < 0 || row >= rows) continue;
    for (let x = 0; x < width; x++) {
      const column = left + (flipColumns ? width - 1 - x : x);
      if (column < 0 || column >= columns) continue;
      const pixel = (index * height + y) * width + x;
      const from = image.offset + row * imageRow + column * imageColumn;
      for (let c = 0; c < channels; c++) {
        const value = image.data[from + c * imageChannel]!;
        if (value === 0 && keepsZero) continue;
        images[pixel * channels + c] = value * scale[c]! + offset[c]!;
      }
      const label = mask.data[mask.offset + row * maskRow + column * maskColumn]!;
      if (label !== 0) {
        labels[pixel * classes] = 0;
        labels[pixel * classes + label] = 1;
      }
    }
  }
}
