import type * as tf from '@tensorflow/tfjs-core';

/** Geometry of a 2-D convolution, resolved. */
export interface Convolution {
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** `[top, bottom, left, right]`. */
  readonly pads: Four;
  readonly groups: number;
}

export type Four = readonly [number, number, number, number];

/** An ONNX value of known sizes. */
export interface Sized {
  readonly name: string;
  readonly sizes: Four;
}

/**
 * `[top, bottom, left, right]` around an image for TensorFlow.js's convolution or pooling, so that the
 * window fits as often as there are results: behind it `after` (bottom, right), or more where sizes were
 * rounded up.
 *
 * @throws RangeError where fewer results are wanted than fit. TensorFlow.js takes filter and stride of
 * the height for the width too where the padding is one number.
 */
export function padsOf(
  info: tf.backend_util.Conv2DInfo,
  [height, width]: readonly [number, number],
  [bottom, right]: readonly [number, number],
): Four {
  const { inHeight, inWidth, strideHeight, strideWidth, padInfo } = info;
  const { effectiveFilterHeight, effectiveFilterWidth } = info;
  const { top, left } = padInfo;
  return [
    top,
    behind(height, inHeight, strideHeight, effectiveFilterHeight, top, bottom),
    left,
    behind(width, inWidth, strideWidth, effectiveFilterWidth, left, right),
  ];
}

function behind(
  results: number,
  size: number,
  stride: number,
  reach: number,
  before: number,
  after: number,
): number {
  const fitting = Math.floor((size + before + after - reach) / stride) + 1;
  if (fitting === results) return after;
  const needed = (results - 1) * stride + reach - size - before;
  if (needed >= 0) return needed;
  throw new RangeError(
    `ort backend: windows of ${reach} in steps of ${stride} fit ${fitting} times into ${before + size + after} padded pixels, but TensorFlow.js asks for ${results}: where \`pad\` is one number it computes the width with filter and stride of the height. Give \`pad\` as 'valid', 'same' or [[0, 0], [top, bottom], [left, right], [0, 0]].`,
  );
}
