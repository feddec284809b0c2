import { type NdArray, ndarray } from '@sts-net/views';
import { lesionBounds } from './lesion-bounds.ts';

/**
 * A mask grown by one pixel towards larger row and column: dilation with a 2×2 square as OpenCV
 * anchors it. Pixels on which nothing counts stay what they are.
 * @param mask `[row, column]`
 * @param ignore their label
 */
export function dilate(mask: NdArray<Uint8Array>, ignore?: number): NdArray<Uint8Array> {
  const [height, width] = mask.shape as [number, number];
  const [rowStride, columnStride] = mask.stride as [number, number];
  const { data, offset } = mask;
  const result = new Uint8Array(height * width);
  const labelAt = (at: number) => (data[at] === ignore ? 0 : data[at]!);
  const bounds = lesionBounds(mask);
  if (bounds !== undefined) {
    const bottom = Math.min(height, bounds.bottom + 1);
    const right = Math.min(width, bounds.right + 1);
    for (let row = bounds.top; row < bottom; row++) {
      const up = row > 0 ? rowStride : 0;
      for (let column = bounds.left; column < right; column++) {
        const left = column > 0 ? columnStride : 0;
        const at = offset + row * rowStride + column * columnStride;
        const above = Math.max(labelAt(at - up), labelAt(at - up - left));
        result[row * width + column] =
          data[at] === ignore ? ignore! : Math.max(data[at]!, labelAt(at - left), above);
      }
    }
  }
  return ndarray(result, [height, width]);
}
