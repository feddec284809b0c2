import type { NdArray } from '@sts-net/views';
import { lesionBounds } from './lesion-bounds.ts';

/**
 * Number of pixels that are not background in a mask `[row, column]`.
 *
 * @param ignore label of the pixels on which nothing counts
 */
export function lesionArea(mask: NdArray<Uint8Array>, ignore?: number): number {
  const bounds = lesionBounds(mask);
  if (bounds === undefined) return 0;
  const [rowStride, columnStride] = mask.stride as [number, number];
  let area = 0;
  for (let row = bounds.top; row < bounds.bottom; row++) {
    const start = mask.offset + row * rowStride;
    for (let column = bounds.left; column < bounds.right; column++) {
      const label = mask.data[start + column * columnStride];
      if (label !== 0 && label !== ignore) area++;
    }
  }
  return area;
}
