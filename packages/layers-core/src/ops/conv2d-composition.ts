import * as tf from '@tensorflow/tfjs-core';

/** Attributes of the three convolution kernels as TensorFlow.js hands them to a kernel. */
export interface Conv2DAttrs {
  readonly strides: [number, number];
  readonly dilations: [number, number];
  readonly pads: [number, number, number, number];
  readonly groups: number;
}

/** `StsConv2D` from ordinary operations. */
export function composeConv2D(inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor4D {
  const { x, filter } = inputs as { x: tf.Tensor4D; filter: tf.Tensor4D };
  const { strides, dilations, pads, groups } = attrs as unknown as Conv2DAttrs;
  return correlate(padSpatially(x, pads), filter, strides, dilations, groups);
}

/** Convolution without padding. */
function correlate(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  strides: [number, number],
  dilations: [number, number],
  groups: number,
): tf.Tensor4D {
  const [sh, sw] = strides;
  const dilated = dilations[0] > 1 || dilations[1] > 1;
  if (dilated && (sh > 1 || sw > 1)) {
    // TensorFlow.js refuses strides with dilations; every stride-th output of the dense result is it.
    const dense = correlate(x, filter, [1, 1], dilations, groups);
    return tf.stridedSlice(dense, [0, 0, 0, 0], dense.shape, [1, sh, sw, 1]) as tf.Tensor4D;
  }
  const [, , depth, filters] = filter.shape;
  if (groups === 1) return tf.conv2d(x, filter, strides, 'valid', 'NHWC', dilations);
  if (depth === 1) {
    const [kh, kw] = filter.shape;
    const depthwise = tf.reshape(filter, [kh, kw, groups, filters / groups]) as tf.Tensor4D;
    return tf.depthwiseConv2d(x, depthwise, strides, 'valid', 'NHWC', dilations);
  }
  const xs = tf.split(x, groups, 3) as tf.Tensor4D[];
  const filterParts = tf.split(filter, groups, 3) as tf.Tensor4D[];
  return tf.concat(
    xs.map((part, g) => tf.conv2d(part, filterParts[g]!, strides, 'valid', 'NHWC', dilations)),
    3,
  );
}

/** Zeros around height and width. */
export function padSpatially(
  x: tf.Tensor4D,
  [top, bottom, left, right]: readonly [number, number, number, number],
): tf.Tensor4D {
  if (!top && !bottom && !left && !right) return x;
  return tf.pad(x, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]);
}
