import type { NdArray } from '@sts-net/views';
import { isGrey, type PixelArray } from '@sts-net/volume-io';

/**
 * The plane of an image that holds what a mask says: grey, or the only channel that is not empty, or
 * transparency where colours are the same everywhere.
 *
 * @param pixels `[row, column, channel]`: grey, or red, green, blue; then alpha
 * @returns `[row, column]`
 * @throws RangeError naming the file, if several planes say something different
 */
export function chosenPlane(pixels: NdArray<PixelArray>, path: string): NdArray<PixelArray> {
  const [, , channels] = pixels.shape as [number, number, number];
  if (channels > 4) {
    throw new RangeError(
      `'${path}': a mask must be grey, got ${channels} channels; save it with one number a pixel`,
    );
  }
  const plane = (channel: number) => pixels.pick(null, null, channel);
  if (channels === 1) return plane(0);
  const colours = Array.from({ length: channels < 3 ? 1 : 3 }, (_, channel) => channel);
  const alpha = channels % 2 === 0 ? plane(channels - 1) : undefined;
  const varying = colours.filter((channel) => !isConstant(plane(channel)));
  if (alpha !== undefined && varying.length === 0 && !isConstant(alpha)) return alpha;
  const others = colours.filter((channel) => !varying.includes(channel));
  const isSingle =
    varying.length === 1 && others.every((channel) => plane(channel).get(0, 0) === 0);
  if (channels >= 3 && !isSingle && !isGrey(pixels)) {
    throw new RangeError(
      `'${path}': a mask must be grey, got colours; save it with one number a pixel`,
    );
  }
  const chosen = plane(isSingle ? varying[0]! : 0);
  if (alpha !== undefined && !isConstant(alpha) && hidesAny(alpha, chosen)) {
    throw new RangeError(
      `'${path}': a mask must say by its values or by its transparency where the target is, but both differ from pixel to pixel; save it as grey without transparency`,
    );
  }
  return chosen;
}

function isConstant({ data, shape, stride, offset }: NdArray<PixelArray>): boolean {
  const [rows, columns] = shape as [number, number];
  const [rowStride, columnStride] = stride as [number, number];
  for (let row = 0; row < rows; row++) {
    let at = offset + row * rowStride;
    for (let column = 0; column < columns; column++, at += columnStride) {
      if (data[at] !== data[offset]) return false;
    }
  }
  return true;
}

/** Whether a pixel that is not background is fully transparent. */
function hidesAny(alpha: NdArray<PixelArray>, plane: NdArray<PixelArray>): boolean {
  const [rows, columns] = plane.shape as [number, number];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (alpha.get(row, column) === 0 && plane.get(row, column) !== 0) return true;
    }
  }
  return false;
}
