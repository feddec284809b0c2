import type { NdArray } from '@sts-net/views';
import type { PixelArray } from './raster-image.ts';

/** Whether red, green and blue are equal in every pixel of `[row, column, channel]`. */
export function isGrey({ data, shape, stride, offset }: NdArray<PixelArray>): boolean {
  const [rows, columns] = shape as [number, number];
  const [rowStride, columnStride, channelStride] = stride as [number, number, number];
  for (let row = 0; row < rows; row++) {
    let at = offset + row * rowStride;
    for (let column = 0; column < columns; column++, at += columnStride) {
      const red = data[at];
      if (data[at + channelStride] !== red || data[at + 2 * channelStride] !== red) return false;
    }
  }
  return true;
}
