import type { NdArray } from '@sts-net/views';

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
  const { encodePng } = await import('./encode-png.ts');
  return encodePng(pixels);
}
