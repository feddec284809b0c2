import { plainBytes } from '../bytes/byte-arrays.ts';
import type { ReadingOptions } from '../bytes/reading-options.ts';
import { VolumeFormatError } from '../bytes/volume-format-error.ts';
import type { ImageContext, RasterImage } from './raster-image.ts';

export interface ReadImageOptions extends ReadingOptions {
  /** Which image of a TIFF file, from 0; smaller copies of others do not count. @default 0 */
  readonly page?: number;
  /**
   * What becomes of images with a palette: their colours, or the indices themselves as one channel,
   * as label images are stored.
   * @default 'expand'
   */
  readonly palette?: 'expand' | 'keep';
}

export interface DecodeImageOptions extends ReadImageOptions {
  /** What error messages call the file. @default 'image bytes' */
  readonly name?: string;
}

type ImageDecoder = (bytes: Uint8Array, context: ImageContext) => Promise<RasterImage>;

/** A format of 2-D images: its signature, and where its decoder is. */
interface ImageFormat {
  readonly name: string;
  readonly signatures: readonly (readonly number[])[];
  load(): Promise<ImageDecoder>;
}

/** Every format that images are read from. */
const imageFormats: readonly ImageFormat[] = [
  {
    name: 'PNG',
    signatures: [[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
    load: async () => (await import('./decode-png.ts')).decodePng,
  },
  {
    name: 'JPEG',
    signatures: [[0xff, 0xd8, 0xff]],
    load: async () => (await import('./decode-jpeg-image.ts')).decodeJpegImage,
  },
  {
    name: 'TIFF',
    signatures: [
      [0x49, 0x49, 42, 0],
      [0x4d, 0x4d, 0, 42],
      [0x49, 0x49, 43, 0],
      [0x4d, 0x4d, 0, 43],
    ],
    load: async () => (await import('./decode-tiff.ts')).decodeTiff,
  },
];

/**
 * Reads a PNG, JPEG or TIFF image (told by content) from bytes; runs in browsers. Samples are as
 * stored, without gamma and colour profile; rows and columns are turned as the orientation that EXIF or
 * TIFF state wants it, as viewers and OpenCV do. See `RasterImage`.
 * @throws {VolumeFormatError} if the content is damaged or not supported
 * @throws {RangeError} if there is no such page
 */
export async function decodeImage(
  bytes: Uint8Array | ArrayBuffer,
  options: DecodeImageOptions = {},
): Promise<RasterImage> {
  const { name = 'image bytes', page = 0, palette = 'expand', onWarning = () => {} } = options;
  if (!(bytes instanceof Uint8Array) && !(bytes instanceof ArrayBuffer)) {
    throw new TypeError(
      `\`decodeImage\`: the file must come as Uint8Array or ArrayBuffer, got ${Object.prototype.toString.call(bytes)}; a File gives one by \`await file.arrayBuffer()\``,
    );
  }
  if (!Number.isInteger(page) || page < 0) {
    throw new RangeError(`\`readImage\`: \`page\` must be a whole number from 0, got ${page}`);
  }
  if (palette !== 'expand' && palette !== 'keep') {
    throw new RangeError(
      `\`readImage\`: \`palette\` must be 'expand' or 'keep', got ${String(palette)}`,
    );
  }
  const content = plainBytes(bytes);
  const format = imageFormats.find(({ signatures }) =>
    signatures.some((signature) => signature.every((byte, i) => byte === content[i])),
  );
  if (format === undefined) {
    const { unknownFormat } = await import('../bytes/foreign-formats.ts');
    const names = imageFormats.map((one) => one.name);
    throw new VolumeFormatError(`${name}: ${unknownFormat(content, 'image', names)}`, {
      offset: 0,
    });
  }
  const decode = await format.load();
  const [image, { upright }] = await Promise.all([
    decode(content, { name, page, palette, onWarning }),
    import('./orientation.ts'),
  ]);
  return { ...image, pixels: upright(image.pixels, image.orientation) };
}
