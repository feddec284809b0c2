import type { NdArray } from '@sts-net/views';

/** Numbers that are worked on at a time: what the processor's cache holds. */
export const BAND: number = 2 ** 16;

/** Rows of an image `[row, column, channel]`, to be copied with the channels of a pixel together. */
export interface ImageRows {
  /** Whether pixels come from right to left, as they lie in memory. */
  readonly reversed: boolean;
  /** Numbers from a row to the next in the copy. */
  readonly stride: number;
  /** Copies rows to `target`; returns where the first of them begins. */
  readonly copy: (first: number, count: number, target: Float32Array) => number;
}

export function imageRows({ data, shape, stride, offset }: NdArray<Float32Array>): ImageRows {
  const [, width, channels] = shape as [number, number, number];
  const [rowStride, columnStride, channelStride] = stride as [number, number, number];
  const reversed = columnStride < 0;
  const corner = reversed ? offset + (width - 1) * columnStride : offset;
  const step = Math.abs(columnStride);
  const length = width * channels;
  // Rows that are in one piece are copied in one go with what lies between them, if that is little.
  if (step === channels && channelStride === 1 && Math.abs(rowStride) <= 4 * length) {
    const copy: ImageRows['copy'] = (first, count, target) => {
      const [start, end] = [first, first + count - 1].map((row) => corner + row * rowStride);
      const low = Math.min(start!, end!);
      target.set(data.subarray(low, Math.max(start!, end!) + length));
      return start! - low;
    };
    return { reversed, stride: rowStride, copy };
  }
  const copy: ImageRows['copy'] = (first, count, target) => {
    for (let row = 0; row < count; row++) {
      for (let channel = 0; channel < channels; channel++) {
        const start = row * length + channel;
        let from = corner + (first + row) * rowStride + channel * channelStride;
        for (let to = start; to < start + length; to += channels) {
          target[to] = data[from]!;
          from += step;
        }
      }
    }
    return 0;
  };
  return { reversed, stride: length, copy };
}
