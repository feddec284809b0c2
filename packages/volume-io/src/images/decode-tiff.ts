import ndarray from 'ndarray';
import { decode } from 'tiff';
import { VolumeFormatError } from '../bytes/volume-format-error.ts';
import type { ImageContext, PixelArray, RasterImage } from './raster-image.ts';
import { readTiffPages } from './tiff-pages.ts';

/** Reads a page of a TIFF image: 1, 8, 16 bit and floating point; raw, LZW, deflate. */
export async function decodeTiff(
  bytes: Uint8Array,
  { name, page, palette: mode }: ImageContext,
): Promise<RasterImage> {
  const pages = readTiffPages(bytes, name);
  if (page >= pages.length) {
    throw new RangeError(
      `\`readImage\`: \`page\` must be below ${pages.length}, the number of images in ${name}, got ${page}`,
    );
  }
  const { check, extraSamplesAt } = pages[page]!;
  check();
  const content = new Uint8Array(bytes);
  const view = new DataView(content.buffer);
  const little = content[0] === 0x49;
  // The decoder would divide colours by alpha; this says that alpha is not associated.
  if (extraSamplesAt !== undefined) view.setUint16(extraSamplesAt, 2, little);
  // It would also follow tables of metadata, unchecked; under another tag they are none.
  for (const entry of pages.flatMap((one) => one.metadata)) view.setUint16(entry, 65000, little);
  let image: ReturnType<typeof decode>[number];
  try {
    image = decode(content, { pages: [page] })[0]!;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VolumeFormatError(
      `${name}: the TIFF is damaged or not supported (${reason}); convert it, for example to PNG`,
      { cause },
    );
  }
  const { width, height, samplesPerPixel, bitsPerSample, data, palette } = image;
  const pixels = data as PixelArray;
  if (pixels.length !== width * height * samplesPerPixel) {
    throw new VolumeFormatError(
      `${name}: ${width}×${height} pixels of ${samplesPerPixel} samples were expected, got ${pixels.length} samples; the file is damaged`,
    );
  }
  const isFloat = data instanceof Float32Array || data instanceof Float64Array;
  const maxValue = isFloat ? 1 : 2 ** bitsPerSample - 1;
  if (image.type !== 3 || mode === 'keep') {
    return {
      pixels: ndarray(pixels, [height, width, samplesPerPixel]),
      maxValue,
      pages: pages.length,
    };
  }
  const colours = palette ?? [];
  const expanded = new Uint16Array(3 * pixels.length);
  for (let i = 0; i < pixels.length; i++) {
    const colour = colours[pixels[i]!];
    if (colour === undefined) {
      throw new VolumeFormatError(
        `${name}: a pixel has colour ${pixels[i]} of a palette of ${colours.length}; the file is damaged`,
      );
    }
    expanded.set(colour, 3 * i);
  }
  return { pixels: ndarray(expanded, [height, width, 3]), maxValue: 65535, pages: pages.length };
}
