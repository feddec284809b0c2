import type { NdArray } from '@sts-net/views';
import type { Native } from '../native/native.ts';
import { rowSpan } from '../native/row-span.ts';
import { nativeOf } from './image-arrays.ts';

/** Rows of an image `[row, column, channel]` where kernels find them, the channels of a pixel together. */
export interface ImageRows {
  /** Whether pixels come from right to left, as they lie in memory. */
  readonly reversed: boolean;
  /** Numbers from a row to the next. */
  readonly stride: number;
  /** Numbers that so many rows need beside the image: none where kernels find them in it. */
  readonly room: (count: number) => number;
  /** The address in bytes of the first of `count` rows, which are copied to `copy` if need be. */
  readonly address: (first: number, count: number, copy: Float32Array) => number;
}

export function imageRows(
  { data, shape, stride, offset }: NdArray<Float32Array>,
  engine: Native,
): ImageRows {
  const [, width, channels] = shape as [number, number, number];
  const [rowStride, columnStride, channelStride] = stride as [number, number, number];
  const reversed = columnStride < 0;
  const corner = reversed ? offset + (width - 1) * columnStride : offset;
  const step = Math.abs(columnStride);
  const length = width * channels;
  const inOnePiece = step === channels && channelStride === 1;
  if (inOnePiece && nativeOf(data) === engine) {
    const address = (first: number) => data.byteOffset + 4 * (corner + first * rowStride);
    return { reversed, stride: rowStride, room: () => 0, address };
  }
  // Rows that are in one piece are copied in one go with what lies between them, if that is little.
  if (inOnePiece && Math.abs(rowStride) <= 4 * length) {
    const room = (count: number) => count * Math.abs(rowStride) + length;
    const address: ImageRows['address'] = (first, count, copy) => {
      const start = corner + first * rowStride;
      const { low, high } = rowSpan(start, rowStride, count, length);
      copy.set(data.subarray(low, high));
      return copy.byteOffset + 4 * (start - low);
    };
    return { reversed, stride: rowStride, room, address };
  }
  const address: ImageRows['address'] = (first, count, copy) => {
    for (let row = 0; row < count; row++) {
      for (let channel = 0; channel < channels; channel++) {
        const start = row * length + channel;
        let from = corner + (first + row) * rowStride + channel * channelStride;
        for (let to = start; to < start + length; to += channels) {
          copy[to] = data[from]!;
          from += step;
        }
      }
    }
    return copy.byteOffset;
  };
  return { reversed, stride: length, room: (count) => count * length, address };
}

/** Rows of `length` numbers that kernels make, on their way to a result in C order. */
export interface ResultRows {
  /** Numbers that so many rows need beside the result: none where kernels write into it. */
  readonly room: (count: number) => number;
  /** The address in bytes at which row `first` is to be written. */
  readonly address: (first: number, band: Float32Array) => number;
  /** Takes what was written there. */
  readonly take: (first: number, count: number, band: Float32Array) => void;
}

export function resultRows(result: Float32Array, length: number, engine: Native): ResultRows {
  if (nativeOf(result) === engine) {
    const address = (first: number) => result.byteOffset + 4 * first * length;
    return { room: () => 0, address, take: () => {} };
  }
  return {
    room: (count) => count * length,
    address: (_, band) => band.byteOffset,
    take: (first, count, band) => result.set(band.subarray(0, count * length), first * length),
  };
}
