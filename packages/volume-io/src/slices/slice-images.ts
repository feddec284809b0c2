import ndarray, { type NdArray } from 'ndarray';
import type { Volume } from '../volume/volume.ts';
import { inPlane, type SliceAxis } from './slice-range.ts';

/** The slices of a volume as float32. */
interface FloatSlices {
  /** `[slice, row, column]` as cut; a slice holds its values once it was needed. */
  readonly planes: NdArray<Float32Array>;
  readonly need: (index: number) => void;
}

/** Float32 voxels themselves, or a copy of others that is filled slice by slice. */
export function floatSlices({ voxels }: Volume, axis: SliceAxis): FloatSlices {
  const cut = voxels.transpose(axis, ...inPlane([0, 1, 2], axis));
  const { data, offset } = cut;
  if (data instanceof Float32Array) {
    return { planes: cut as NdArray<Float32Array>, need: () => {} };
  }
  const [count, rows, columns] = cut.shape as [number, number, number];
  const [along, rowStride, columnStride] = cut.stride as [number, number, number];
  const copy = new Float32Array(count * rows * columns);
  const isFilled = new Uint8Array(count);
  const need = (index: number) => {
    if (isFilled[index] === 1) return;
    isFilled[index] = 1;
    for (let row = 0; row < rows; row++) {
      let from = offset + index * along + row * rowStride;
      let to = (index * rows + row) * columns;
      if (columnStride === 1) copy.set(data.subarray(from, from + columns), to);
      else
        for (const end = to + columns; to < end; to++, from += columnStride) copy[to] = data[from]!;
    }
  };
  return { planes: ndarray(copy, [count, rows, columns]), need };
}

/** `[row, column, channel]`: the slices of a window; −1 is a slice of zeros. A view where they lie evenly. */
export function imageOf(slices: FloatSlices, window: readonly number[]): NdArray<Float32Array> {
  for (const at of window) if (at >= 0) slices.need(at);
  const { data, shape, stride, offset } = slices.planes;
  const [, rows, columns] = shape as [number, number, number];
  const [along, rowStride, columnStride] = stride as [number, number, number];
  const step = window.length > 1 ? window[1]! - window[0]! : 0;
  const even = window[0]! >= 0 && window.every((at, c) => at === window[0]! + c * step);
  if (even) {
    const strides = [rowStride, columnStride, step * along];
    return ndarray(data, [rows, columns, window.length], strides, offset + window[0]! * along);
  }
  const image = new Float32Array(rows * columns * window.length);
  window.forEach((at, channel) => {
    if (at < 0) return;
    let to = channel;
    for (let row = 0; row < rows; row++) {
      let from = offset + at * along + row * rowStride;
      for (let column = 0; column < columns; column++, from += columnStride) {
        image[to] = data[from]!;
        to += window.length;
      }
    }
  });
  return ndarray(image, [rows, columns, window.length]);
}
