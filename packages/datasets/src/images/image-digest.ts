import { createHash } from 'node:crypto';
import type { VoxelArray } from '@sts-net/volume-io';
import type { NdArray } from 'ndarray';

/**
 * SHA-256 of an image's shape and voxels, as 64 hexadecimal digits. Of the decoded voxels, so that
 * the same image is found again under another name, in another format and with another compression;
 * as float32, which is what networks see.
 *
 * @param voxels `[slice, row, column]`; the channels of a 2-D image are its slices
 */
export function imageDigest({ data, shape, stride, offset }: NdArray<VoxelArray>): string {
  const hash = createHash('sha256').update(`${shape.join('×')}\n`);
  const [slices, rows, columns] = shape as [number, number, number];
  const [sliceStride, rowStride, columnStride] = stride as [number, number, number];
  const plane = new DataView(new ArrayBuffer(4 * rows * columns));
  for (let slice = 0; slice < slices; slice++) {
    let to = 0;
    for (let row = 0; row < rows; row++) {
      let from = offset + slice * sliceStride + row * rowStride;
      for (let column = 0; column < columns; column++, from += columnStride, to += 4) {
        plane.setFloat32(to, data[from]!, true);
      }
    }
    hash.update(plane);
  }
  return hash.digest('hex');
}
