import * as tf from '@tensorflow/tfjs-core';
import { conv2dBackpropFilter } from './conv2d-backprop-filter.ts';
import { conv2dBackpropInput } from './conv2d-backprop-input.ts';
import { composeConv2D } from './conv2d-composition.ts';
import { type Conv2DOptions, conv2dGeometry } from './conv2d-geometry.ts';
import { runKernel } from './run-kernel.ts';

/**
 * 2-D convolution (cross-correlation, as in every deep-learning library) with groups, dilation,
 * strides and explicit padding, differentiable in both arguments on every backend.
 *
 * `y[b,i,j,o] = Σ x[b, i·s + u·d − top, j·s + v·d − left, c] · filter[u,v,c,o]` over the taps
 * `u, v` and the channels `c` of `o`'s group; zero outside the input. Same numbers as PyTorch's
 * `conv2d` for `[top, bottom, left, right] = [p, p, q, q]`.
 *
 * Runs the kernel `StsConv2D` where the backend has one, a composition of ordinary operations
 * elsewhere.
 *
 * @param x `[batch, height, width, channels]`, float32.
 * @param filter `[height, width, channels / groups, filters]`; group `g` makes the filters
 *   `g·filters/groups …`.
 * @returns `[batch, outHeight, outWidth, filters]`.
 * @throws RangeError where the shapes do not fit (see `conv2dGeometry`).
 */
export function conv2d(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  options: Conv2DOptions = {},
): tf.Tensor4D {
  const { strides, dilations, pads, groups } = conv2dGeometry(x.shape, filter.shape, options);
  return runKernel<tf.Tensor4D>(
    'StsConv2D',
    composeConv2D,
    { x, filter },
    { strides, dilations, pads, groups },
  );
}

// A registered gradient, unlike `customGrad`, is evaluated only for the inputs that need it: the
// first layer of a network never computes the gradient of the image.
tf.registerGradient({
  kernelName: 'StsConv2D',
  inputsToSave: ['x', 'filter'],
  gradFunc: (dy, saved, attrs) => {
    const [x, filter] = saved as [tf.Tensor4D, tf.Tensor4D];
    return {
      x: () => conv2dBackpropInput(dy as tf.Tensor4D, filter, x.shape, attrs),
      filter: () => conv2dBackpropFilter(x, dy as tf.Tensor4D, filter.shape, attrs),
    };
  },
});
