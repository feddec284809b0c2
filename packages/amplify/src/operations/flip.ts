import { type NdArray, ndarray } from '@sts-net/views';
import { sampleSize } from '../sample/check-sample.ts';
import type { Sample } from '../sample/sample.ts';

/** Top and bottom exchanged (rows in reverse order). The result is a view. */
export function flipVertical(sample: Sample): Sample {
  sampleSize('flipVertical', sample);
  return { ...sample, image: reversed(sample.image, 0), mask: reversed(sample.mask, 0) };
}

/** Left and right exchanged (columns in reverse order). The result is a view. */
export function flipHorizontal(sample: Sample): Sample {
  sampleSize('flipHorizontal', sample);
  return { ...sample, image: reversed(sample.image, 1), mask: reversed(sample.mask, 1) };
}

function reversed<T extends Float32Array | Uint8Array>(
  array: NdArray<T>,
  axis: number,
): NdArray<T> {
  const { data, shape, stride, offset } = array;
  const last = offset + stride[axis]! * (shape[axis]! - 1);
  return ndarray(
    data,
    [...shape],
    stride.map((step, i) => (i === axis ? -step : step)),
    last,
  );
}
