import ndarray, { type NdArray } from 'ndarray';

/** `[height, width]` in pixels. */
export type Size = readonly [height: number, width: number];

/**
 * An image resized with bilinear weights and half-pixel centres, as OpenCV's `INTER_LINEAR`.
 * @param image `[row, column, channel]`
 */
export function resizeBilinear(image: NdArray<Float32Array>, size: Size): NdArray<Float32Array> {
  checkSize('resizeBilinear', image.shape, 3, size);
  const [height, width] = size;
  const [, , channels] = image.shape as [number, number, number];
  const [rowStride, columnStride, channelStride] = image.stride as [number, number, number];
  const { data, offset } = image;
  const rows = linearTaps(image.shape[0]!, height);
  const columns = linearTaps(image.shape[1]!, width);
  const result = new Float32Array(height * width * channels);
  let to = 0;
  for (const row of rows) {
    const top = offset + row.low * rowStride;
    const bottom = offset + row.high * rowStride;
    for (const column of columns) {
      let left = column.low * columnStride;
      let right = column.high * columnStride;
      for (let channel = 0; channel < channels; channel++) {
        const above = data[top + left]! * (1 - column.weight) + data[top + right]! * column.weight;
        const below =
          data[bottom + left]! * (1 - column.weight) + data[bottom + right]! * column.weight;
        result[to++] = above * (1 - row.weight) + below * row.weight;
        left += channelStride;
        right += channelStride;
      }
    }
  }
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
  const [rowStride, columnStride] = mask.stride as [number, number];
  const rows = nearestIndices(mask.shape[0]!, height);
  const columns = nearestIndices(mask.shape[1]!, width);
  const result = new Uint8Array(height * width);
  let to = 0;
  for (const row of rows) {
    const start = mask.offset + row * rowStride;
    for (const column of columns) result[to++] = mask.data[start + column * columnStride]!;
  }
  return ndarray(result, [height, width]);
}

interface Taps {
  readonly low: number;
  readonly high: number;
  /** Weight of `high`; `low` has the rest. */
  readonly weight: number;
}

function linearTaps(from: number, to: number): Taps[] {
  const scale = 1 / (to / from);
  return Array.from({ length: to }, (_, i) => {
    // OpenCV holds the coordinate in float32, which shows in the weights of large images.
    const position = Math.fround((i + 0.5) * scale - 0.5);
    const low = Math.floor(position);
    if (low < 0) return { low: 0, high: 0, weight: 0 };
    if (low >= from - 1) return { low: from - 1, high: from - 1, weight: 0 };
    return { low, high: low + 1, weight: Math.fround(position - low) };
  });
}

function nearestIndices(from: number, to: number): number[] {
  // The reciprocal of a quotient, as OpenCV computes it: `from / to` rounds differently.
  const scale = 1 / (to / from);
  return Array.from({ length: to }, (_, i) => Math.min(from - 1, Math.floor(i * scale)));
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
