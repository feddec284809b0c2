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

/**
 * As `readImageFile`, of a file's bytes: PNG, JPEG and TIFF, which their first bytes tell, are 2-D images.
 *
 * @throws Error saying what is wrong
 */
export async function readImageBytes(
  bytes: Uint8Array,
  options: ReadingOptions = {},
): Promise<{ readonly image: Volume; readonly flat: boolean }> {
  const flat = signatures.some((signature) => signature.every((byte, i) => bytes[i] === byte));
  const image = flat
    ? (await readFlatImage(bytes, options)).volume
    : await readVolume(bytes, options);
  return { image, flat };
}

/** What PNG, JPEG, and TIFF and BigTIFF in either order of bytes begin with. */
const signatures: readonly (readonly number[])[] = [
  [0x89, 0x50, 0x4e, 0x47],
  [0xff, 0xd8, 0xff],
  [0x49, 0x49, 0x2a, 0],
  [0x4d, 0x4d, 0, 0x2a],
  [0x49, 0x49, 0x2b, 0],
  [0x4d, 0x4d, 0, 0x2b],
];

/** A 2-D image with its orientation by EXIF, 1 to 8, by which it was turned; see `readImageFile`. */
export async function readFlatImage(
  pathOrBytes: string | Uint8Array,
  options: ReadingOptions,
): Promise<{ readonly volume: Volume; readonly orientation: number }> {
  const path = typeof pathOrBytes === 'string' ? pathOrBytes : 'image';
  const { pixels, pages, orientation } = await readImage(pathOrBytes, options);
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
