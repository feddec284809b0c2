import type { NdArray } from 'ndarray';
import { writeFile } from './files.ts';
import { encodePng } from './image/encode-png.ts';

/**
 * The bytes of a PNG image of 8 or 16 bit; runs in browsers.
 * @param pixels `[row, column]` or `[row, column, channel]` with 1 to 4 channels: grey, grey and
 * alpha, RGB, RGBA
 * @throws {RangeError} if the shape is another
 */
export async function encodeImage(
  pixels: NdArray<Uint8Array | Uint16Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { shape, data } = pixels;
  const [height = 0, width = 0, channels = 1] = shape;
  const isShape = (shape.length === 2 || shape.length === 3) && channels >= 1 && channels <= 4;
  if (!isShape || height < 1 || width < 1) {
    throw new RangeError(
      `\`encodeImage\`: pixels must have shape [row, column] or [row, column, 1 to 4 channels], got [${shape.join(', ')}]`,
    );
  }
  if (!(data instanceof Uint8Array || data instanceof Uint16Array)) {
    throw new TypeError(
      `\`encodeImage\`: pixels must be in a Uint8Array or Uint16Array, got ${Object.prototype.toString.call(data)}; scale and round them first`,
    );
  }
  return encodePng(pixels);
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
