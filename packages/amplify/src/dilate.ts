import ndarray, { type NdArray } from 'ndarray';

/**
 * A mask grown by one pixel towards larger row and column: dilation with a 2×2 square as OpenCV
 * anchors it.
 * @param mask `[row, column]`
 */
export function dilate(mask: NdArray<Uint8Array>): NdArray<Uint8Array> {
  const [height, width] = mask.shape as [number, number];
  const [rowStride, columnStride] = mask.stride as [number, number];
  const { data, offset } = mask;
  const result = new Uint8Array(height * width);
  let to = 0;
  for (let row = 0; row < height; row++) {
    const up = row > 0 ? rowStride : 0;
    let at = offset + row * rowStride;
    for (let column = 0; column < width; column++, at += columnStride) {
      const left = column > 0 ? columnStride : 0;
      result[to++] = Math.max(data[at]!, data[at - up]!, data[at - left]!, data[at - up - left]!);
    }
  }
  return ndarray(result, [height, width]);
}
