import * as tf from '@tensorflow/tfjs-core';
import { conv2d } from './conv2d.ts';
import { conv2dBackpropFilter } from './conv2d-backprop-filter.ts';
import { conv2dBackpropInput } from './conv2d-backprop-input.ts';

/** Options of `conv2dTranspose`. */
export interface Conv2DTransposeOptions {
  /** Step between the outputs of neighbouring inputs, `[rows, columns]` or one number for both. @default 1 */
  readonly strides?: number | readonly [number, number];
  /** Rows and columns cut off all around the result. @default 0 */
  readonly padding?: number;
  /** Rows and columns added at the bottom and right, fewer than strides. @default 0 */
  readonly outputPadding?: number;
}

/**
 * Transposed convolution, the adjoint of `conv2d` with the same filter, differentiable in both
 * arguments on every backend. Same numbers as PyTorch's `conv_transpose2d`.
 *
 * @param x `[batch, height, width, channels]`, float32.
 * @param filter `[rows, columns, filters, channels]`.
 * @returns `[batch, outHeight, outWidth, filters]`, `out = (size − 1)·stride − 2·padding + rows + outputPadding`.
 */
export function conv2dTranspose(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  { strides = 1, padding = 0, outputPadding = 0 }: Conv2DTransposeOptions = {},
): tf.Tensor4D {
  const [batch, height, width] = x.shape;
  const [rows, columns, filters] = filter.shape;
  const [down, right] = typeof strides === 'number' ? [strides, strides] : strides;
  const outputShape: [number, number, number, number] = [
    batch,
    (height - 1) * down - 2 * padding + rows + outputPadding,
    (width - 1) * right - 2 * padding + columns + outputPadding,
    filters,
  ];
  const pads: [number, number, number, number] = [padding, padding, padding, padding];
  const attrs = {
    strides: [down, right] as [number, number],
    dilations: [1, 1] as [number, number],
    pads,
    groups: 1,
  };
  const transposed = tf.customGrad((...args) => {
    const [input, kernel, save] = args as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    save([input, kernel]);
    return {
      value: conv2dBackpropInput(
        input as tf.Tensor4D,
        kernel as tf.Tensor4D,
        outputShape,
        attrs,
      ) as tf.Tensor,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [x, filter] = saved as [tf.Tensor4D, tf.Tensor4D];
        const { shape } = filter;
        return [
          conv2d(dy as tf.Tensor4D, filter, { strides, padding: pads }),
          conv2dBackpropFilter(dy as tf.Tensor4D, x, shape, attrs),
        ];
      },
    };
  });
  return transposed(x, filter) as tf.Tensor4D;
}
