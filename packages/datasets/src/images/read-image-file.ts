import {
  createVolume,
  flatAffine,
  flatVolume,
  type ReadingOptions,
  readImage,
  readVolume,
  type Volume,
} from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { maskPlane } from './mask-plane.ts';

/** Whether a file holds one 2-D image, told by the ending of its name: PNG, JPEG or TIFF. */
export function isFlatImage(path: string): boolean {
  return /\.(png|jpe?g|tiff?)$/i.test(path);
}

/**
 * Reads an image, a volume or a 2-D one. The slices of a 2-D image are its channels: one if it is
 * grey, also if it is stored as colours that are all grey, else red, green and blue; transparency
 * is dropped.
 *
 * @throws Error naming the file, if it cannot be read.
 */
export async function readImageFile(path: string, options: ReadingOptions = {}): Promise<Volume> {
  return isFlatImage(path)
    ? (await readFlatImage(path, options)).volume
    : readVolume(path, options);
}

/** A 2-D image with its orientation by EXIF, 1 to 8, by which it was turned; see `readImageFile`. */
export async function readFlatImage(
  path: string,
  options: ReadingOptions,
): Promise<{ readonly volume: Volume; readonly orientation: number }> {
  const image = await readImage(path, options);
  return {
    volume: flatVolume(image, path, options.onWarning),
    orientation: image.orientation,
  };
}

/**
 * Reads the labels of an image; see `maskPlane` for those of a 2-D one.
 *
 * @throws Error naming the file, if it cannot be read or is not clearly a mask.
 */
export async function readMaskFile(path: string, options: ReadingOptions = {}): Promise<Volume> {
  if (!isFlatImage(path)) return readVolume(path, options);
  const plane = maskPlane(await readImage(path, { ...options, palette: 'keep' }), path);
  const { data, shape, stride, offset } = plane;
  return createVolume(ndarray(data, [1, ...shape], [0, ...stride], offset), { affine: flatAffine });
}
