import { decodeImage, type ReadImageOptions } from './decode-image.ts';
import type { RasterImage } from './image/raster-image.ts';
import { readFile } from './read-volumes.ts';

/**
 * Reads a PNG, JPEG or TIFF image of up to 16 bit (told by content) from a file or from bytes.
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
