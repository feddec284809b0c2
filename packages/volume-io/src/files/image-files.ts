import type { NdArray } from '@sts-net/views';
import { decodeImage, type ReadImageOptions } from '../images/decode-image.ts';
import { encodeImage } from '../images/encode-image.ts';
import type { RasterImage } from '../images/raster-image.ts';
import { readFile, writeFile } from './node-files.ts';

/**
 * Reads a PNG, JPEG or TIFF image (told by content) from a file or from bytes.
 * See `decodeImage`.
 * @throws {VolumeFormatError} if the content is damaged or not supported
 * @throws {RangeError} if there is no such page
 * @throws {Error} if the file cannot be read; the message names it and says why
 */
export async function readImage(
  pathOrBytes: string | URL | Uint8Array | ArrayBuffer,
  options: ReadImageOptions = {},
): Promise<RasterImage> {
  if (typeof pathOrBytes !== 'string' && !(pathOrBytes instanceof URL)) {
    return decodeImage(pathOrBytes, options);
  }
  const bytes = await readFile(pathOrBytes, 'readImage');
  return decodeImage(bytes, { ...options, name: String(pathOrBytes) });
}

/**
 * Writes an image as PNG. The file appears under its name only when it is complete.
 * @param path ends in `.png`; an existing file is replaced
 * @param pixels as for `encodeImage`
 * @throws {RangeError} if the path or the shape is another
 * @throws {Error} if the file cannot be written; the message names it and says why
 */
export async function writeImage(
  path: string,
  pixels: NdArray<Uint8Array | Uint16Array>,
): Promise<void> {
  if (!/\.png$/i.test(path)) {
    throw new RangeError(`\`writeImage\`: the path must end in .png, got ${path}`);
  }
  await writeFile('writeImage', path, () => encodeImage(pixels));
}
