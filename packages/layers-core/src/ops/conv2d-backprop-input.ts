import * as tf from '@tensorflow/tfjs-core';
import { type Conv2DAttrs, composeConv2D, padSpatially } from './conv2d-composition.ts';
import { runKernel } from './run-kernel.ts';

/**
 * Gradient of `conv2d` with respect to its input: the adjoint of the convolution.
 *
 * @param dy `[batch, outHeight, outWidth, filters]`.
 * @param filter `[height, width, channels / groups, filters]`.
 * @param inputShape `[batch, height, width, channels]` of the convolution's input.
 * @param attrs The convolution's `strides`, `dilations`, `pads`, `groups`.
 */
export function conv2dBackpropInput(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  inputShape: readonly [number, number, number, number],
  attrs: tf.NamedAttrMap,
): tf.Tensor4D {
  return runKernel<tf.Tensor4D>(
    'StsConv2DBackpropInput',
    compose,
    { dy, filter },
    { ...attrs, inputShape: [...inputShape] },
  );
}

function compose(inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor4D {
  const { dy, filter } = inputs as { dy: tf.Tensor4D; filter: tf.Tensor4D };
  const { strides, dilations, pads, groups, inputShape } = attrs as unknown as Conv2DAttrs & {
    inputShape: [number, number, number, number];
  };
  const [batch, height, width, channels] = inputShape;
  const padded: [number, number, number, number] = [
    batch,
    height + pads[0] + pads[1],
    width + pads[2] + pads[3],
    channels,
  ];
  const undilated = dilations[0] === 1 && dilations[1] === 1;
  const dx =
    groups === 1 && undilated
      ? tf.conv2dTranspose(dy, filter, padded, strides, 'valid')
      : correlateFully(dy, filter, padded, strides, dilations, groups);
  return tf.slice(dx, [0, pads[0], pads[2], 0], inputShape);
}

/** The adjoint by forward operations alone: spread `dy`, pad it, correlate with the flipped filter. */
function correlateFully(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  padded: readonly [number, number, number, number],
  strides: readonly [number, number],
  dilations: [number, number],
  groups: number,
): tf.Tensor4D {
  const [kh, kw, depth, filters] = filter.shape;
  const spread = insertZeros(dy, strides);
  const rim = [dilations[0] * (kh - 1), dilations[1] * (kw - 1)] as const;
  // What the strides left over at the end of the padded input gets zeros.
  const surplus = [
    padded[1] - rim[0] - spread.shape[1],
    padded[2] - rim[1] - spread.shape[2],
  ] as const;
  const wide = padSpatially(spread, [rim[0], rim[0] + surplus[0], rim[1], rim[1] + surplus[1]]);
  // [kh, kw, depth, groups, filters/groups] → [kh, kw, filters/groups, groups, depth]
  const adjoint = tf.reshape(
    tf.transpose(
      tf.reshape(tf.reverse(filter, [0, 1]), [kh, kw, depth, groups, filters / groups]),
      [0, 1, 4, 3, 2],
    ),
    [kh, kw, filters / groups, groups * depth],
  ) as tf.Tensor4D;
  return runKernel<tf.Tensor4D>(
    'StsConv2D',
    composeConv2D,
    { x: wide, filter: adjoint },
    { strides: [1, 1], dilations, pads: [0, 0, 0, 0], groups },
  );
}

/** Moves every value `stride` apart, zeros between. Two axes suffice, and WebGPU pads no fifth. */
function insertZeros(x: tf.Tensor4D, [sh, sw]: readonly [number, number]): tf.Tensor4D {
  if (sh === 1 && sw === 1) return x;
  const [batch, height, width, channels] = x.shape;
  const row = width * channels;
  const rows = tf.pad(tf.reshape(x, [batch * height, row]), [
    [0, 0],
    [0, (sh - 1) * row],
  ]);
  const columns = tf.pad(tf.reshape(rows, [batch * height * sh * width, channels]), [
    [0, 0],
    [0, (sw - 1) * channels],
  ]);
  const full = tf.reshape(columns, [batch, height * sh, width * sw, channels]) as tf.Tensor4D;
  return tf.slice(
    full,
    [0, 0, 0, 0],
    [batch, (height - 1) * sh + 1, (width - 1) * sw + 1, channels],
  );
}
