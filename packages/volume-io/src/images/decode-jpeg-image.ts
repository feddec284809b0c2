import ndarray from 'ndarray';
import { VolumeFormatError } from '../bytes/volume-format-error.ts';
import { decodeJpeg, yccToRgb } from '../jpeg/decode-jpeg.ts';
import { decodeLosslessJpeg } from '../jpeg/decode-lossless-jpeg.ts';
import type { ImageContext, RasterImage } from './raster-image.ts';

/** Reads a JPEG image, grey or in colour: by cosine transform of 8 and 12 bit, or lossless up to 16. */
export async function decodeJpegImage(
  bytes: Uint8Array,
  { name }: ImageContext,
): Promise<RasterImage> {
  const { width, height, channels, precision, samples, isYcc } = isLossless(bytes)
    ? losslessImage(bytes, name)
    : decodeJpeg(bytes, name);
  if (channels !== 1 && channels !== 3) {
    throw new VolumeFormatError(
      `${name}: must be grey or red, green, blue, got ${channels} channels (such as CMYK); convert the image`,
    );
  }
  if (isYcc) yccToRgb(samples, precision);
  const maxValue = 2 ** precision - 1;
  return { pixels: ndarray(samples, [height, width, channels]), maxValue, pages: 1 };
}

/** Whether the first frame is of process 14 (SOF3); only its marker tells. */
function isLossless(bytes: Uint8Array): boolean {
  for (let at = 2; bytes[at] === 0xff; ) {
    const marker = bytes[at + 1]!;
    if (marker >= 0xc0 && marker <= 0xc3) return marker === 0xc3;
    at += 2 + bytes[at + 2]! * 256 + bytes[at + 3]!;
  }
  return false;
}

function losslessImage(bytes: Uint8Array, name: string) {
  const { samples, ...image } = decodeLosslessJpeg(bytes, name);
  // Colours are stored as they are: any transform would lose something.
  return {
    ...image,
    samples: image.precision > 8 ? samples : Uint8Array.from(samples),
    isYcc: false,
  };
}
