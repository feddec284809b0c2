import { type NdArray, ndarray } from '@sts-net/views';
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

/**
 * `[row, column, channel]`: the slices of a window, one by one, of each volume; −1 is a slice of zeros. A
 * view where they lie evenly in one array.
 */
export function imageOf(
  volumes: readonly FloatSlices[],
  window: readonly number[],
): NdArray<Float32Array> {
  const planes = window.flatMap((at) =>
    volumes.map((slices) => {
      if (at < 0) return undefined;
      slices.need(at);
      return slices.planes.pick(at, null, null);
    }),
  );
  const [first, second = first] = planes;
  const [rows, columns] = volumes[0]!.planes.shape.slice(1) as [number, number];
  if (first !== undefined && second !== undefined) {
    const step = second.offset - first.offset;
    const isEven = planes.every(
      (plane, c) =>
        plane?.data === first.data &&
        plane.offset === first.offset + c * step &&
        plane.stride.join() === first.stride.join(),
    );
    if (isEven) {
      const [rowStride, columnStride] = first.stride as [number, number];
      const shape = [rows, columns, planes.length];
      return ndarray(first.data, shape, [rowStride, columnStride, step], first.offset);
    }
  }
  const image = new Float32Array(rows * columns * planes.length);
  planes.forEach((plane, channel) => {
    if (plane === undefined) return;
    const { data, offset, stride } = plane;
    const [rowStride, columnStride] = stride as [number, number];
    let to = channel;
    for (let row = 0; row < rows; row++) {
      let from = offset + row * rowStride;
      for (let column = 0; column < columns; column++, from += columnStride) {
        image[to] = data[from]!;
        to += planes.length;
      }
    }
  });
  return ndarray(image, [rows, columns, planes.length]);
}
