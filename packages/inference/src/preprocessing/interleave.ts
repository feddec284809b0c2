import { ndarray } from '@sts-net/views';
import type { Volume } from '@sts-net/volume-io';
import { planeOrder } from './plane-order.ts';

/**
 * Volumes of one shape with their slices in turns in one array, the first of each, then the second: so
 * the channels of a sample lie evenly, and samples are views.
 *
 * @param axis that slices are cut across
 */
export function interleaved(
  volumes: readonly Volume<Float32Array>[],
  axis: 0 | 1 | 2,
): readonly Volume<Float32Array>[] {
  const [first] = volumes;
  if (first === undefined || volumes.length === 1) return volumes;
  const { shape } = first.voxels;
  const [rows, columns] = shape.filter((_, i) => i !== axis) as [number, number];
  const count = shape[axis]!;
  const plane = rows * columns;
  const data = new Float32Array(count * volumes.length * plane);
  return volumes.map(({ voxels, spacing, affine }, k) => {
    const cut = voxels.transpose(axis, ...[0, 1, 2].filter((i) => i !== axis));
    const strides = [volumes.length * plane, columns, 1];
    const own = ndarray(data, [count, rows, columns], strides, k * plane);
    const [along, rowStride, columnStride] = cut.stride as [number, number, number];
    for (let slice = 0; slice < count; slice++) {
      let to = own.offset + slice * own.stride[0]!;
      for (let row = 0; row < rows; row++) {
        let from = cut.offset + slice * along + row * rowStride;
        for (let column = 0; column < columns; column++, from += columnStride) {
          data[to++] = cut.data[from]!;
        }
      }
    }
    return { voxels: own.transpose(...planeOrder[axis]), spacing, affine };
  });
}
