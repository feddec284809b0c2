import { type NdArray, ndarray } from '@sts-net/views';
import { lesionBounds } from '../lesion/lesion-bounds.ts';
import { nativesFor } from './image-arrays.ts';
import { type LendOptions, lentArray } from './lend.ts';
import { resizeNative, resizePlain, type Taps } from './resize-image.ts';

/** `[height, width]` in pixels. */
export type Size = readonly [height: number, width: number];

/**
 * An image resized with bilinear weights and half-pixel centres, as OpenCV's `INTER_LINEAR` on one
 * processor: columns first, in float32.
 * @param image `[row, column, channel]`
 */
export function resizeBilinear(
  image: NdArray<Float32Array>,
  size: Size,
  options: LendOptions = {},
): NdArray<Float32Array> {
  checkSize('resizeBilinear', image.shape, 3, size);
  const [height, width] = size;
  const [sourceHeight, sourceWidth, channels] = image.shape as [number, number, number];
  const result = lentArray('resizeBilinear', options, height * width * channels);
  const rows = linearTaps(sourceHeight, height, 'mixed');
  const columns = linearTaps(sourceWidth, width, 'alone');
  const isMade = nativesFor(result).some((engine) =>
    resizeNative(image, rows, columns, result, engine),
  );
  if (!isMade) resizePlain(image, rows, columns, result);
  return ndarray(result, [height, width, channels]);
}

/**
 * A mask resized by taking the pixel `⌊target index · scale⌋`, as OpenCV's `INTER_NEAREST` (which
 * has no half-pixel shift).
 * @param mask `[row, column]`
 */
export function resizeNearest(mask: NdArray<Uint8Array>, size: Size): NdArray<Uint8Array> {
  checkSize('resizeNearest', mask.shape, 2, size);
  const [height, width] = size;
  const [sourceHeight, sourceWidth] = mask.shape as [number, number];
  const [rowStride, columnStride] = mask.stride as [number, number];
  const { data, offset } = mask;
  const result = new Uint8Array(height * width);
  const bounds = lesionBounds(mask);
  if (bounds !== undefined) {
    const rows = nearestIndices(sourceHeight, height);
    const columns = nearestIndices(sourceWidth, width);
    const left = columns.findIndex((column) => column >= bounds.left);
    for (let row = 0; row < height; row++) {
      if (rows[row]! < bounds.top || rows[row]! >= bounds.bottom) continue;
      const start = offset + rows[row]! * rowStride;
      for (let at = left; at < width && columns[at]! < bounds.right; at++) {
        result[row * width + at] = data[start + columns[at]! * columnStride]!;
      }
    }
  }
  return ndarray(result, [height, width]);
}

/**
 * Beyond the first and last pixel there is none to mix with; OpenCV takes the outermost one alone
 * along columns and mixes it with itself along rows, which rounds differently.
 */
function linearTaps(from: number, to: number, edge: 'alone' | 'mixed'): Taps {
  const scale = 1 / (to / from);
  const low = new Int32Array(to);
  const high = new Int32Array(to);
  const lowWeights = new Float32Array(to);
  const highWeights = new Float32Array(to);
  for (let i = 0; i < to; i++) {
    // OpenCV holds the coordinate in float32, which shows in the weights of large images.
    const position = Math.fround((i + 0.5) * scale - 0.5);
    const before = Math.floor(position);
    low[i] = Math.max(0, before);
    high[i] = Math.min(from - 1, before + 1);
    if (edge === 'mixed' || low[i] !== high[i]) highWeights[i] = position - before;
    lowWeights[i] = 1 - highWeights[i]!;
  }
  return { low, high, lowWeights, highWeights };
}

function nearestIndices(from: number, to: number): Int32Array {
  // The reciprocal of a quotient, as OpenCV computes it: `from / to` rounds differently.
  const scale = 1 / (to / from);
  const indices = new Int32Array(to);
  for (let i = 0; i < to; i++) indices[i] = Math.min(from - 1, Math.floor(i * scale));
  return indices;
}

function checkSize(subject: string, shape: readonly number[], rank: number, size: Size): void {
  if (shape.length !== rank || shape.some((length) => length < 1)) {
    throw new RangeError(
      `\`${subject}\`: the input must have ${rank} axes, none of them empty, got shape [${shape.join(', ')}]`,
    );
  }
  if (size.length !== 2 || !size.every((length) => Number.isInteger(length) && length >= 1)) {
    throw new RangeError(
      `\`${subject}\`: \`size\` must be two whole numbers of pixels, got [${size.join(', ')}]`,
    );
  }
}
