import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { VoxelArray } from '@sts-net/volume-io';
import type { NdArray } from 'ndarray';
import type { ManifestItem } from '../manifest/manifest-item.ts';

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

/** What was found in the pixels of an image. */
type Found = Pick<ManifestItem, 'size' | 'digest' | 'fingerprint'>;

/**
 * SHA-256 over the bytes of an image's file and what was found in its pixels, as 64 hexadecimal digits:
 * while it is the same, nobody has changed either, and the pixels need not be looked at again.
 */
export async function imageSeal(
  path: string,
  { size, digest, fingerprint }: Found,
): Promise<string> {
  // The number tells from what another way of reading images or of making prints would find.
  const hash = createHash('sha256').update(JSON.stringify([1, size, digest, fingerprint]));
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
