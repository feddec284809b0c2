import {
  createVolume,
  type PixelArray,
  type ReadingOptions,
  readImage,
  readVolume,
  type Volume,
} from '@sts-net/volume-io';
import ndarray, { type NdArray } from 'ndarray';

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
  if (!isFlatImage(path)) return readVolume(path, options);
  const { pixels, pages } = await readImage(path, options);
  if (pages > 1) {
    throw new RangeError(
      `'${path}': a 2-D image must have one page, got ${pages}; save the pages as files of their own, or as a volume`,
    );
  }
  const [rows, columns, channels] = pixels.shape as [number, number, number];
  const coloured = channels >= 3 && !isGrey(pixels);
  const slices = pixels.transpose(2, 0, 1);
  return createVolume(slices.hi(coloured ? 3 : 1, rows, columns), { affine });
}

/**
 * Reads the labels of an image. A 2-D one must be grey, or have a palette whose indices are the
 * labels; as JPEG blurs, its values count as 255 from 128 on and as 0 below.
 *
 * @throws Error naming the file, if it cannot be read or holds colours.
 */
export async function readMaskFile(path: string, options: ReadingOptions = {}): Promise<Volume> {
  if (!isFlatImage(path)) return readVolume(path, options);
  const { pixels } = await readImage(path, { ...options, palette: 'keep' });
  const [rows, columns, channels] = pixels.shape as [number, number, number];
  if (channels >= 3 && !isGrey(pixels)) {
    throw new RangeError(
      `'${path}': a mask must be grey, got colours; save it with one number a pixel`,
    );
  }
  const labels = pixels.transpose(2, 0, 1).hi(1, rows, columns);
  if (!/\.jpe?g$/i.test(path)) return createVolume(labels, { affine });
  const sharp = Uint8Array.from({ length: rows * columns }, (_, i) =>
    labels.get(0, Math.floor(i / columns), i % columns) >= 128 ? 255 : 0,
  );
  return createVolume(ndarray(sharp, [1, rows, columns]), { affine });
}

/** Whether red, green and blue are equal in every pixel of `[row, column, channel]`. */
export function isGrey({ data, shape, stride, offset }: NdArray<PixelArray>): boolean {
  const [rows, columns] = shape as [number, number];
  const [rowStride, columnStride, channelStride] = stride as [number, number, number];
  for (let row = 0; row < rows; row++) {
    let at = offset + row * rowStride;
    for (let column = 0; column < columns; column++, at += columnStride) {
      const red = data[at];
      if (data[at + channelStride] !== red || data[at + 2 * channelStride] !== red) return false;
    }
  }
  return true;
}
