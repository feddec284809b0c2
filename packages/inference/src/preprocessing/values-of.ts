import type { NdArray } from '@sts-net/views';
import type { VoxelArray } from '@sts-net/volume-io';

/** Voxels in C order without gaps: a part of the array itself if they are so in it. */
export function valuesOf<T extends VoxelArray>({
  data,
  shape,
  stride,
  offset,
  size,
}: NdArray<T>): T {
  const [slices, rows, columns] = shape as [number, number, number];
  const [sliceStride, rowStride, columnStride] = stride as [number, number, number];
  if (columnStride === 1 && rowStride === columns && sliceStride === rows * columns) {
    return data.subarray(offset, offset + size) as T;
  }
  const values = new (data.constructor as new (length: number) => T)(size);
  let to = 0;
  for (let slice = 0; slice < slices; slice++) {
    for (let row = 0; row < rows; row++) {
      let at = offset + slice * sliceStride + row * rowStride;
      for (let column = 0; column < columns; column++, at += columnStride) values[to++] = data[at]!;
    }
  }
  return values;
}
