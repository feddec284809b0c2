import type { ImageContext, RasterImage } from './raster-image.ts';

type ImageDecoder = (bytes: Uint8Array, context: ImageContext) => Promise<RasterImage>;

/** A format of 2-D images: its signature, and where its decoder is. */
interface ImageFormat {
  readonly name: string;
  readonly signatures: readonly (readonly number[])[];
  load(): Promise<ImageDecoder>;
}

/** Every format that images are read from. */
export const imageFormats: readonly ImageFormat[] = [
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
    ],
    load: async () => (await import('./decode-tiff.ts')).decodeTiff,
  },
];
