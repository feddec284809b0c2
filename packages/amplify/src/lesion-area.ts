import type { NdArray } from 'ndarray';

/** Number of pixels that are not background in a mask `[row, column]`. */
export function lesionArea(mask: NdArray<Uint8Array>): number {
  const [height, width] = mask.shape as [number, number];
  const [rowStride, columnStride] = mask.stride as [number, number];
  let area = 0;
  for (let row = 0; row < height; row++) {
    let at = mask.offset + row * rowStride;
    for (let column = 0; column < width; column++, at += columnStride) {
      if (mask.data[at] !== 0) area++;
    }
  }
  return area;
}
