import { maskPlane } from '@sts-net/datasets/any-runtime';
import { ndarray } from '@sts-net/views';
import { createVolume, decodeImage, flatAffine, type Volume } from '@sts-net/volume-io';
import type { PlainImage } from './image-source.ts';
import { bytesOf, imageFiles, readOne } from './read-input.ts';

/** A mask before its numbers are looked at. */
export interface ReadMask {
  readonly mask: Volume;
  /** Whether it is a picture, which has one slice and does not say where it lies. */
  readonly flat: boolean;
}

/**
 * Reads a mask: a volume, or a picture as one number a pixel (see `maskPlane` of `@sts-net/datasets`).
 *
 * @param subject what errors call it where its files have no names
 * @throws Error naming the file, if it is damaged or not clearly a mask
 */
export async function readMask(
  input: PlainImage,
  subject: string,
  onWarning: (message: string) => void,
): Promise<ReadMask> {
  const { image, flat } = await readOne(input, subject, { onWarning });
  if (!flat || 'voxels' in input) return { mask: image, flat: false };
  const [file] = imageFiles(input);
  const name = file!.name || subject;
  // Once more, for the numbers of its palette rather than their colours.
  const picture = await decodeImage(await bytesOf(file!), { name, palette: 'keep' });
  const { data, shape, stride, offset } = maskPlane(picture, name);
  const voxels = ndarray(data, [1, ...shape], [0, ...stride], offset);
  return { mask: createVolume(voxels, { affine: flatAffine }), flat };
}
