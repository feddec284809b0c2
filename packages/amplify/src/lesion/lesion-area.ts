import type { NdArray } from 'ndarray';
import { lesionBounds } from './lesion-bounds.ts';

/** Number of pixels that are not background in a mask `[row, column]`. */
export function lesionArea(mask: NdArray<Uint8Array>): number {
  const bounds = lesionBounds(mask);
  if (bounds === undefined) return 0;
  const [rowStride, columnStride] = mask.stride as [number, number];
  let area = 0;
  for (let row = bounds.top; row < bounds.bottom; row++) {
    const start = mask.offset + row * rowStride;
    for (let column = bounds.left; column < bounds.right; column++) {
      if (mask.data[start + column * columnStride] !== 0) area++;
    }
  }
  return area;
}
