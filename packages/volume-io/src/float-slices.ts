import ndarray, { type NdArray } from 'ndarray';
import { inPlane, type SliceAxis } from './slice-range.ts';
import type { Volume } from './volume.ts';

/** The slices of a volume as float32. */
export interface FloatSlices {
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
