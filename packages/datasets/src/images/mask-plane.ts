import { type NdArray, ndarray } from '@sts-net/views';
import type { PixelArray, RasterImage } from '@sts-net/volume-io';
import { chosenPlane } from './chosen-plane.ts';

/** One number a pixel, `[row, column]`. */
type Plane = NdArray<PixelArray>;

/**
 * The labels that a 2-D image shows, as one number a pixel. Where it could be read in more ways than
 * one it is refused.
 *
 * - A palette of greys stands for its greys; of a palette of colours the indices are the labels.
 * - Of colours that are all grey, of one channel beside empty ones, and of transparency beside one
 *   colour, that is taken which differs from pixel to pixel.
 * - As JPEG blurs, its values count as 255 from half of white on, and as 0 below.
 * - Two numbers of which one is 0 and the other above 255 (0 and 65535) are 0 and 255.
 *
 * @param image with the indices of its palette
 * @throws RangeError naming the file, if it holds several pages, colours, or anything else that is not
 * clearly one label a pixel
 */
export function maskPlane(image: RasterImage, path: string): NdArray<PixelArray> {
  const { pages, lossy, colours } = image;
  if (pages > 1) {
    throw new RangeError(
      `'${path}': a mask must have one page, got ${pages}; save the pages as files of their own, or as a volume`,
    );
  }
  const plane = colours === undefined ? chosenPlane(image.pixels, path) : palettePlane(image, path);
  return binary(lossy ? sharpened(plane, image.maxValue, path) : plane);
}

/** The labels of an image with a palette. */
function palettePlane({ pixels, colours = [] }: RasterImage, path: string): Plane {
  const indices = pixels.pick(null, null, 0);
  const isGrey = ([red, green, blue]: readonly number[]) => red === green && red === blue;
  const values = valuesOf(indices);
  const used = [...new Set(values)].sort((a, b) => a - b);
  const usedColours = used.map((index) => colours[index]);
  const isOneColour =
    used.length > 1 && new Set(usedColours.map((one) => one?.slice(0, 3).join())).size === 1;
  if (colours.every(isGrey) || isOneColour) {
    const channels = colours[0]!.length;
    const [rows, columns] = indices.shape as [number, number];
    const shown = new Float64Array(rows * columns * channels);
    let to = 0;
    for (const index of values) {
      const colour = colours[index];
      // What lies beyond the palette has no colour, and is what it is.
      for (let c = 0; c < channels; c++) shown[to++] = colour === undefined ? index : colour[c]!;
    }
    return chosenPlane(ndarray(shown, [rows, columns, channels]), path);
  }
  const black = used.find((index) => index !== 0 && colours[index]?.slice(0, 3).join() === '0,0,0');
  const [first] = usedColours;
  const isInverted =
    used[0] === 0 && usedColours.every((one) => one && isGrey(one)) && first![0] !== 0;
  if (black !== undefined || isInverted) {
    throw new RangeError(
      `'${path}': the colours of its palette must show index 0 as background, got ${black === undefined ? `${first} for index 0` : `black for index ${black}`}; save the mask as grey, one number a pixel`,
    );
  }
  return indices;
}

/** 0 and 255 of values that JPEG has blurred. */
function sharpened(plane: Plane, white: number, path: string): Plane {
  const [rows, columns] = plane.shape as [number, number];
  const values = valuesOf(plane);
  let [least, most, bright] = [Number.POSITIVE_INFINITY, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = (255 * values[i]!) / white;
    values[i] = value;
    least = Math.min(least, value);
    most = Math.max(most, value);
    if (value >= 64) bright++;
  }
  if (most < 128 && most > least) {
    throw new RangeError(
      `'${path}': a mask kept as JPEG must hold 0 and 255, got values up to ${Math.round(most)}; JPEG blurs small numbers away, save it as PNG from the original`,
    );
  }
  if (greyAreas(values, rows, columns) > 0.02 * bright) {
    throw new RangeError(
      `'${path}': a mask kept as JPEG must hold 0 and 255, got areas of grey; if these are several labels, save it as PNG from the original`,
    );
  }
  return ndarray(whiteFrom(values, 128), [rows, columns]);
}

/**
 * Pixels with none but middling greys around them. Edges, however blurred by JPEG, are too narrow to
 * hold any: of 0 and 255 at qualities from 20 to 90 they are below 1 % of the target, of several
 * levels above 3 %.
 */
function greyAreas(values: Float64Array, rows: number, columns: number): number {
  let count = 0;
  for (let row = 1; row < rows - 1; row++) {
    for (let column = 1; column < columns - 1; column++) {
      let isGrey = true;
      for (let dy = -1; isGrey && dy <= 1; dy++) {
        for (let dx = -1; isGrey && dx <= 1; dx++) {
          const value = values[(row + dy) * columns + column + dx]!;
          isGrey = value >= 64 && value < 192;
        }
      }
      if (isGrey) count++;
    }
  }
  return count;
}

/** The plane, or 0 and 255 where it holds 0 and one number above 255. */
function binary(plane: Plane): Plane {
  if (plane.data instanceof Uint8Array) return plane;
  const values = valuesOf(plane);
  let target = 0;
  for (const value of values) {
    if (value === 0 || value === target) continue;
    if (target !== 0 || value <= 255 || !Number.isInteger(value)) return plane;
    target = value;
  }
  if (target === 0) return plane;
  return ndarray(whiteFrom(values, target), [...plane.shape]);
}

/** 255 where a value is at least the threshold, otherwise 0. */
function whiteFrom(values: Float64Array, threshold: number): Uint8Array {
  // `Uint8Array.from` with a function takes two seconds for a photograph.
  const white = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) if (values[i]! >= threshold) white[i] = 255;
  return white;
}

/** The values in C order. */
function valuesOf({ data, shape, stride, offset }: Plane): Float64Array {
  const [rows, columns] = shape as [number, number];
  const [rowStride, columnStride] = stride as [number, number];
  const values = new Float64Array(rows * columns);
  for (let row = 0, to = 0; row < rows; row++) {
    let at = offset + row * rowStride;
    for (let column = 0; column < columns; column++, at += columnStride) values[to++] = data[at]!;
  }
  return values;
}
