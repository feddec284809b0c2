import ndarray from 'ndarray';
import { decodeJpeg } from '../jpeg/decode-jpeg.ts';
import { yccToRgb } from '../jpeg/ycc.ts';
import { VolumeFormatError } from '../volume-format-error.ts';
import type { ImageContext } from './image-format.ts';
import type { RasterImage } from './raster-image.ts';

/** Reads a JPEG image, grey or in colour. */
export async function decodeJpegImage(
  bytes: Uint8Array,
  { name }: ImageContext,
): Promise<RasterImage> {
  const { width, height, channels, precision, samples, isYcc } = decodeJpeg(bytes, name);
  if (channels !== 1 && channels !== 3) {
    throw new VolumeFormatError(
      `${name}: must be grey or red, green, blue, got ${channels} channels (such as CMYK); convert the image`,
    );
  }
  if (isYcc) yccToRgb(samples, precision);
  const maxValue = 2 ** precision - 1;
  return { pixels: ndarray(samples, [height, width, channels]), maxValue, pages: 1 };
}
