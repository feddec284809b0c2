import {
  createVolume,
  type ReadingOptions,
  readImage,
  readVolume,
  type Volume,
} from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { isGrey } from './is-grey.ts';
import { maskPlane } from './mask-plane.ts';

/** Columns run to the patient's left and rows to the back, as ITK has it, so that pictures stay upright. */
const affine = [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

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
  const { pixels, pages, orientation } = await readImage(path, options);
  if (pages > 1) {
    throw new RangeError(
      `'${path}': a 2-D image must have one page, got ${pages}; save the pages as files of their own, or as a volume`,
    );
  }
  const [rows, columns, channels] = pixels.shape as [number, number, number];
  if (channels > 4) {
    throw new RangeError(
      `'${path}': a 2-D image must be grey or red, green and blue, with or without transparency, got ${channels} channels; save the channels that count as files of their own`,
    );
  }
  if (orientation !== 1) {
    options.onWarning?.(
      `'${path}': was turned as its EXIF orientation ${orientation} says; a mask that was drawn on it without that lies elsewhere`,
    );
  }
  const coloured = channels >= 3 && !isGrey(pixels);
  const slices = pixels.transpose(2, 0, 1);
  const volume = createVolume(slices.hi(coloured ? 3 : 1, rows, columns), { affine });
  return { volume, orientation };
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
  return createVolume(ndarray(data, [1, ...shape], [0, ...stride], offset), { affine });
}
