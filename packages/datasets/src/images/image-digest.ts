import { createHash } from 'node:crypto';
import type { VoxelArray } from '@sts-net/volume-io';
import type { NdArray } from 'ndarray';
import { fileDigest } from '../files/file-digest.ts';
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

/**
 * What tells an image of several channels from all others, by the digests of these: the SHA-256 of
 * the digests, one a line, sorted, so that neither names nor order of the channels count. Of one channel it
 * is the digest itself.
 */
export function digestOfChannels(digests: readonly string[]): string {
  if (digests.length === 1) return digests[0]!;
  const lines = digests.toSorted().map((digest) => `${digest}\n`);
  return createHash('sha256').update(lines.join('')).digest('hex');
}

/** What was found in the pixels of an image. */
type Found = Pick<ManifestItem, 'size' | 'digest' | 'fingerprint'>;

/**
 * SHA-256 over what an image's files hold and what was found in its pixels, as 64 hexadecimal digits:
 * while it is the same, nobody has changed either, and the pixels need not be looked at again.
 *
 * @param paths in the order of the channels
 */
export async function imageSeal(
  paths: readonly string[],
  { size, digest, fingerprint }: Found,
): Promise<string> {
  // The number tells from what another way of reading images or of making prints would find.
  const known = [2, size, digest, fingerprint, ...(await Promise.all(paths.map(fileDigest)))];
  return createHash('sha256').update(JSON.stringify(known)).digest('hex');
}
