import { writeImage } from '@sts-net/volume-io';
import ndarray, { type NdArray } from 'ndarray';

/** Writes labels as PNG. Of two classes the target is white, as masks usually are; else each pixel is its class. */
export async function writeLabelImage(
  path: string,
  { data, shape }: NdArray<Uint8Array>,
  classes: number,
): Promise<void> {
  const pixels = classes === 2 ? data.map((label) => 255 * label) : data;
  await writeImage(path, ndarray(pixels, shape));
}
