import { signed } from '@sts-net/testing';
import ndarray, { type NdArray } from 'ndarray';
import type { Sample } from '../src/index.ts';

/** A sample with a random image and a mask of the given pixels. */
export function sampleOf(
  height: number,
  width: number,
  channels: number,
  lesion: (row: number, column: number) => boolean,
  id = 'case_007',
): Sample {
  const image = ndarray(signed(id, height * width * channels), [height, width, channels]);
  const mask = ndarray(new Uint8Array(height * width), [height, width]);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if (lesion(row, column)) mask.set(row, column, 1);
    }
  }
  return { id, group: 'case', image, mask };
}

/** The pixels of a square, for `sampleOf`. */
export function square(
  top: number,
  left: number,
  side: number,
): (row: number, column: number) => boolean {
  return (row, column) => row >= top && row < top + side && column >= left && column < left + side;
}

/** All elements in C order, whatever the strides. */
export function elements(array: NdArray<Float32Array> | NdArray<Uint8Array>): number[] {
  const at = (prefix: number[]): number[] =>
    prefix.length === array.shape.length
      ? [array.get(...prefix)]
      : Array.from({ length: array.shape[prefix.length]! }, (_, i) => at([...prefix, i])).flat();
  return at([]);
}
