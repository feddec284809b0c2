import { type NdArray, ndarray } from '@sts-net/views';
import { BAND, imageRows } from '../image/image-rows.ts';
import { type LendOptions, lentArray } from '../image/lend.ts';
import { type Native, native } from '../image/native.ts';
import { resizeNearest } from '../image/resize.ts';
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

function compactImage(image: NdArray<Float32Array>, options: LendOptions): NdArray<Float32Array> {
  const [height, width, channels] = image.shape as [number, number, number];
  const [, columnStride, channelStride] = image.stride as [number, number, number];
  const result = lentArray('compact', options, height * width * channels);
  const engine = native();
  if (columnStride === channels && channelStride === 1) packRows(image, result);
  else if (engine) packNative(image, result, engine);
  else packPlain(image, result);
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

function packNative(
  image: NdArray<Float32Array>,
  result: Float32Array,
  { reserve, packRows: pack }: Native,
): void {
  const [height, width, channels] = image.shape as [number, number, number];
  const length = width * channels;
  const { reversed, stride, copy } = imageRows(image);
  const bandRows = Math.min(height, Math.max(1, Math.floor(BAND / length)));
  const [source, band] = reserve(bandRows * Math.abs(stride) + length, bandRows * length) as [
    Float32Array,
    Float32Array,
  ];
  for (let row = 0; row < height; row += bandRows) {
    const count = Math.min(bandRows, height - row);
    const start = source.byteOffset + 4 * copy(row, count, source);
    pack(start, 4 * stride, band.byteOffset, count, width, channels, Number(reversed));
    result.set(band.subarray(0, count * length), row * length);
  }
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
