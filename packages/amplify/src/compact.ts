import ndarray, { type NdArray } from 'ndarray';
import { sampleSize } from './check-sample.ts';
import { imageRows } from './image-rows.ts';
import { native } from './native.ts';
import { resizeNearest } from './resize.ts';
import type { Sample } from './sample.ts';

/**
 * The sample with arrays of its own in C order, where flips and slices of volumes are views: to keep
 * it without its source, or to transfer it to another thread.
 */
export function compact(sample: Sample): Sample {
  const size = sampleSize('compact', sample);
  return { ...sample, image: compactImage(sample.image), mask: resizeNearest(sample.mask, size) };
}

function compactImage(image: NdArray<Float32Array>): NdArray<Float32Array> {
  const [height, width, channels] = image.shape as [number, number, number];
  const length = width * channels;
  const result = new Float32Array(height * length);
  const { reversed, copy } = imageRows(image);
  const engine = native();
  const [source, turned] = (engine?.reserve(length, length) ?? [
    new Float32Array(length),
    new Float32Array(length),
  ]) as [Float32Array, Float32Array];
  for (let row = 0; row < height; row++) {
    copy(row, 1, source);
    if (reversed && engine) {
      engine.reversePixels(source.byteOffset, turned.byteOffset, width, channels);
    } else if (reversed) {
      reversePixels(source, turned, channels);
    }
    result.set(reversed ? turned : source, row * length);
  }
  return ndarray(result, [height, width, channels]);
}

function reversePixels(source: Float32Array, result: Float32Array, channels: number): void {
  for (let at = 0; at < result.length; at++) {
    const channel = at % channels;
    result[at] = source[result.length - channels - at + 2 * channel]!;
  }
}
