import { ndarray } from '@sts-net/views';
import { VolumeFormatError } from '../bytes/volume-format-error.ts';
import { decodeJpeg, yccToRgb } from '../jpeg/decode-jpeg.ts';
import { decodeLosslessJpeg } from '../jpeg/decode-lossless-jpeg.ts';
import { headerSegments } from '../jpeg/markers.ts';
import { exifOrientation } from './orientation.ts';
import type { ImageContext, RasterImage } from './raster-image.ts';

/** Reads a JPEG image, grey or in colour: by cosine transform of 8 and 12 bit, or lossless up to 16. */
export async function decodeJpegImage(
  bytes: Uint8Array,
  { name, onWarning }: ImageContext,
): Promise<RasterImage> {
  const { isLossless, orientation } = aboutJpeg(bytes);
  const { width, height, channels, precision, samples, isYcc } = isLossless
    ? losslessImage(bytes, name)
    : decodeJpeg(bytes, name, onWarning);
  if (channels !== 1 && channels !== 3) {
    throw new VolumeFormatError(
      `${name}: must be grey or red, green, blue, got ${channels} channels (such as CMYK); convert it, for example by ImageMagick: magick in.jpg -colorspace sRGB out.png`,
    );
  }
  if (isYcc) yccToRgb(samples, precision);
  return {
    pixels: ndarray(samples, [height, width, channels]),
    maxValue: 2 ** precision - 1,
    pages: 1,
    orientation,
    lossy: !isLossless,
  };
}

/** What segments before the first scan say: whether it is of process 14 (SOF3), and how it is turned. */
function aboutJpeg(bytes: Uint8Array): { isLossless: boolean; orientation: number } {
  let isLossless = false;
  let orientation = 1;
  for (const { code, body } of headerSegments(bytes)) {
    if (code === 0xc3) isLossless = true;
    const isExif = code === 0xe1 && String.fromCharCode(...body.subarray(0, 6)) === 'Exif\0\0';
    if (isExif) orientation = exifOrientation(body.subarray(6));
  }
  return { isLossless, orientation };
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
