import { type NdArray, ndarray } from '@sts-net/views';
import { nativesFor, sharesMemory } from '../image/image-arrays.ts';
import { type LendOptions, lentArray } from '../image/lend.ts';
import { resizeNearest } from '../image/resize.ts';
import { imageRows, resultRows } from '../image/rows.ts';
import { BAND, type Native } from '../native/native.ts';
import { sampleSize } from '../sample/check-sample.ts';
import type { Sample } from '../sample/sample.ts';

/**
 * The sample with arrays of its own in C order, where flips and slices of volumes are views: to keep
 * it without its source, or to transfer it to another thread.
 */
export function compact(sample: Sample, options: LendOptions = {}): Sample {
  const size = sampleSize('compact', sample);
  const image = compactImage(sample.image, options);
  return { ...sample, image, mask: resizeNearest(sample.mask, size) };
}

/** The image alone: `[row, column, channel]` in C order. */
export function compactImage(
  image: NdArray<Float32Array>,
  options: LendOptions = {},
): NdArray<Float32Array> {
  const [height, width, channels] = image.shape as [number, number, number];
  const [, columnStride, channelStride] = image.stride as [number, number, number];
  const result = lentArray('compact', options, height * width * channels);
  const inOnePiece = columnStride === channels && channelStride === 1;
  if (inOnePiece && !sharesMemory(image.data, result)) packRows(image, result);
  else if (!nativesFor(result).some((engine) => packNative(image, result, engine))) {
    packPlain(image, result);
  }
  return ndarray(result, [height, width, channels]);
}

/** Rows that are in one piece each. */
function packRows(
  { data, shape, stride, offset }: NdArray<Float32Array>,
  result: Float32Array,
): void {
  const [height, width, channels] = shape as [number, number, number];
  const length = width * channels;
  for (let row = 0; row < height; row++) {
    const start = offset + row * stride[0]!;
    result.set(data.subarray(start, start + length), row * length);
  }
}

/** Returns whether there was enough memory. */
function packNative(image: NdArray<Float32Array>, result: Float32Array, engine: Native): boolean {
  const [height, width, channels] = image.shape as [number, number, number];
  const length = width * channels;
  const from = imageRows(image, engine);
  const to = resultRows(result, length, engine);
  const bandRows = Math.min(height, Math.max(1, Math.floor(BAND / length)));
  const reserved = engine.reserve(from.room(bandRows), to.room(bandRows));
  if (reserved === undefined) return false;
  const [source, band] = reserved as [Float32Array, Float32Array];
  for (let row = 0; row < height; row += bandRows) {
    const count = Math.min(bandRows, height - row);
    const start = from.address(row, count, source);
    const target = to.address(row, band);
    engine.packRows(start, 4 * from.stride, target, count, width, channels, Number(from.reversed));
    to.take(row, count, band);
  }
  return true;
}

function packPlain(
  { data, shape, stride, offset }: NdArray<Float32Array>,
  result: Float32Array,
): void {
  const [height, width, channels] = shape as [number, number, number];
  const [rowStride, columnStride, channelStride] = stride as [number, number, number];
  let to = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      let from = offset + row * rowStride + column * columnStride;
      for (let channel = 0; channel < channels; channel++, from += channelStride) {
        result[to++] = data[from]!;
      }
    }
  }
}
