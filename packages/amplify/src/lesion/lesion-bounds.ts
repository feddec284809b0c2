import type { NdArray } from '@sts-net/views';
import type { Box } from './box.ts';

/** The smallest box that holds every pixel that is not background; `undefined` if there is none. */
export function lesionBounds(mask: NdArray<Uint8Array>): Box | undefined {
  const { data, offset } = mask;
  const [height, width] = mask.shape as [number, number];
  const [rowStride, columnStride] = mask.stride as [number, number];
  const isEmpty = emptyRows(mask);
  let [top, bottom, left, right] = [height, 0, width, 0];
  for (let row = 0; row < height; row++) {
    if (isEmpty(row)) continue;
    const start = offset + row * rowStride;
    let first = 0;
    while (first < width && data[start + first * columnStride] === 0) first++;
    if (first === width) continue;
    let end = width;
    while (data[start + (end - 1) * columnStride] === 0) end--;
    top = Math.min(top, row);
    bottom = row + 1;
    left = Math.min(left, first);
    right = Math.max(right, end);
  }
  return top < bottom ? { top, bottom, left, right } : undefined;
}

/** Tells, four pixels at a time, rows without lesion; where rows are scattered in memory it tells none. */
function emptyRows({ data, shape, stride, offset }: NdArray<Uint8Array>): (row: number) => boolean {
  const [, width] = shape as [number, number];
  const [rowStride, columnStride] = stride as [number, number];
  if (Math.abs(columnStride) !== 1) return () => false;
  const shift = -data.byteOffset & 3;
  const words = new Int32Array(data.buffer, data.byteOffset + shift, (data.length - shift) >> 2);
  return (row) => {
    const start = offset + row * rowStride + (columnStride < 0 ? 1 - width : 0);
    const end = start + width;
    const [from, to] = [(start - shift + 3) >> 2, (end - shift) >> 2];
    let i = from;
    for (; i + 4 <= to; i += 4) {
      if ((words[i]! | words[i + 1]! | words[i + 2]! | words[i + 3]!) !== 0) return false;
    }
    for (; i < to; i++) if (words[i] !== 0) return false;
    const [head, tail] = [Math.min(end, shift + 4 * from), Math.max(start, shift + 4 * to)];
    for (i = start; i < head; i++) if (data[i] !== 0) return false;
    for (i = tail; i < end; i++) if (data[i] !== 0) return false;
    return true;
  };
}
