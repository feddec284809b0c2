import { ndarray } from '@sts-net/views';
import { compressions } from '../tiff/compressions.ts';
import { pagesAmong, tiffPage } from '../tiff/parse-page.ts';
import { readPixels } from '../tiff/read-pixels.ts';
import { stackedImages } from '../tiff/stacked-images.ts';
import { readTiffFile } from '../tiff/tiff-directory.ts';
import type { ImageContext, PixelArray, RasterImage } from './raster-image.ts';

const SOFTWARE = 305;

/**
 * Reads a page of a TIFF or BigTIFF image: whole numbers of 1 to 16 and 32 bit, floating point of 16,
 * 32 and 64; strips and tiles; colours together or in planes; raw, PackBits, LZW, deflate, JPEG and
 * facsimile (Group 3 and 4). What else there is is refused by its name. Written out here because of the
 * published decoders that can be bundled none reads these right (see docs/adr/0023).
 */
export async function decodeTiff(bytes: Uint8Array, context: ImageContext): Promise<RasterImage> {
  const { name, page: index, palette: mode } = context;
  const { littleEndian, directories } = readTiffFile(bytes, name);
  const pages = pagesAmong(directories);
  if (index >= pages.length) {
    throw new RangeError(
      `\`readImage\`: \`page\` must be below ${pages.length}, the number of images in ${name}, got ${index}`,
    );
  }
  const page = tiffPage(pages[index]!, bytes.length, name);
  const count = pages.length > 1 ? pages.length : stackedImages(pages[0]!, page);
  if (page.namesPredictor && page.predictor === 1) {
    context.onWarning(
      `${name}: names differences (Predictor) of pixels whose compression has none; the pixels were taken as they are, as libtiff takes them`,
    );
  }
  const stored = await readPixels(bytes, page, littleEndian, context);
  const { width, height, samples, bits, format, colours, palette, orientation } = page;
  const isIndexed = colours === 'palette' && mode === 'expand';
  const pixels = isIndexed ? expanded(stored, palette) : stored;
  const unsignedMost = 2 ** bits - 1;
  if (colours === 'white is zero') {
    const software = String.fromCharCode(...(pages[index]!.bytes(SOFTWARE)?.subarray(0, 8) ?? []));
    if (bits === 1 && software === 'tifffile') {
      context.onWarning(
        `${name}: its 0 is white, and so it was read, as libtiff, Pillow and OpenCV do; tifffile, which scikit-image uses, writes true and false so and reads them the other way round. If dark is what is meant, save it as numbers: tifffile.imwrite(path, mask.astype('uint8'))`,
      );
    }
    // Extra samples, such as alpha, are what they are.
    for (let i = 0; i < pixels.length; i += samples) pixels[i] = unsignedMost - pixels[i]!;
  }
  const most = { unsigned: unsignedMost, signed: 2 ** (bits - 1) - 1, float: 1 }[format];
  return {
    pixels: ndarray(pixels, [height, width, isIndexed ? 3 : samples]),
    maxValue: isIndexed ? 65535 : most,
    pages: count,
    orientation,
    lossy: compressions[page.compression]!.isJpeg ?? false,
    ...(colours === 'palette' &&
      mode === 'keep' && { colours: palette.map((one) => one.map((value) => value >> 8)) }),
  };
}

function expanded(indices: PixelArray, palette: readonly (readonly number[])[]): Uint16Array {
  const pixels = new Uint16Array(3 * indices.length);
  for (let i = 0; i < indices.length; i++) pixels.set(palette[indices[i]!]!, 3 * i);
  return pixels;
}
