import type { NdArray } from '@sts-net/views';
import { BAND, type Native, native } from '../native/native.ts';
import { rowSpan } from '../native/row-span.ts';
import type { Box } from './box.ts';

/** The smallest box that holds every pixel that is not background; `undefined` if there is none. */
export function lesionBounds(mask: NdArray<Uint8Array>): Box | undefined {
  const engine = native();
  const box = (engine && boundsNative(mask, engine)) ?? boundsPlain(mask);
  return box.top < box.bottom ? box : undefined;
}

/** `undefined` where there are no rows in one piece near one another, or no memory for a copy. */
function boundsNative(
  { data, shape, stride, offset }: NdArray<Uint8Array>,
  { reserve, markedBounds }: Native,
): Box | undefined {
  const [height, width] = shape as [number, number];
  const [rowStride, columnStride] = stride as [number, number];
  if (Math.abs(columnStride) !== 1 || Math.abs(rowStride) > 4 * width) return undefined;
  if (height === 0 || width === 0) return undefined;
  const corner = columnStride < 0 ? offset + 1 - width : offset;
  const step = Math.max(1, Math.abs(rowStride));
  const bandRows = Math.min(height, Math.max(1, Math.floor((4 * BAND) / step)));
  const [band, box] = reserve(Math.ceil((bandRows * step + width) / 4), 4) ?? [];
  if (band === undefined || box === undefined) return undefined;
  const copy = new Uint8Array(band.buffer, band.byteOffset, band.byteLength);
  const ends = new Int32Array(box.buffer, box.byteOffset, 4);
  let [top, bottom, left, right] = [height, 0, width, 0];
  for (let row = 0; row < height; row += bandRows) {
    const count = Math.min(bandRows, height - row);
    const start = corner + row * rowStride;
    const { low, high } = rowSpan(start, rowStride, count, width);
    copy.set(data.subarray(low, high));
    markedBounds(copy.byteOffset + start - low, rowStride, count, width, box.byteOffset);
    const [first, end, from, to] = ends as unknown as [number, number, number, number];
    if (first === count) continue;
    top = Math.min(top, row + first);
    bottom = row + end;
    left = Math.min(left, from);
    right = Math.max(right, to);
  }
  if (columnStride > 0) return { top, bottom, left, right };
  return { top, bottom, left: width - right, right: width - left };
}

function boundsPlain({ data, shape, stride, offset }: NdArray<Uint8Array>): Box {
  const [height, width] = shape as [number, number];
  const [rowStride, columnStride] = stride as [number, number];
  let [top, bottom, left, right] = [height, 0, width, 0];
  for (let row = 0; row < height; row++) {
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
  return { top, bottom, left, right };
}
