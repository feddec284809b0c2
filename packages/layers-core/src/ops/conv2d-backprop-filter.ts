import * as tf from '@tensorflow/tfjs-core';
import { type Conv2DAttrs, padSpatially } from './conv2d-composition.ts';
import { runKernel } from './run-kernel.ts';

/**
 * Gradient of `conv2d` with respect to its filter.
 *
 * @param x `[batch, height, width, channels]`, the convolution's input.
 * @param dy `[batch, outHeight, outWidth, filters]`.
 * @param filterShape `[height, width, channels / groups, filters]`.
 * @param attrs The convolution's `strides`, `dilations`, `pads`, `groups`.
 */
export function conv2dBackpropFilter(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  filterShape: readonly [number, number, number, number],
  attrs: tf.NamedAttrMap,
): tf.Tensor4D {
  return runKernel<tf.Tensor4D>(
    'StsConv2DBackpropFilter',
    compose,
    { x, dy },
    { ...attrs, filterShape: [...filterShape] },
  );
}

type Attrs = Conv2DAttrs & { readonly filterShape: [number, number, number, number] };

function compose(inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor4D {
  const { x, dy } = inputs as { x: tf.Tensor4D; dy: tf.Tensor4D };
  const { strides, dilations, groups, pads, filterShape } = attrs as unknown as Attrs;
  const padded = padSpatially(x, pads);
  const plain = groups === 1 && dilations[0] === 1 && dilations[1] === 1;
  // Not every backend has TensorFlow.js's own kernel.
  if (plain && tf.getKernel('Conv2DBackpropFilter', tf.getBackend()) != null) {
    return tf
      .engine()
      .runKernel(
        'Conv2DBackpropFilter',
        { x: padded, dy },
        { strides, pad: 'valid', dataFormat: 'NHWC', filterShape },
      ) as tf.Tensor4D;
  }
  return composeTaps(padded, dy, attrs as unknown as Attrs);
}

/** Tap by tap, the product of the inputs that the tap saw with `dy`, group by group. */
function composeTaps(
  padded: tf.Tensor4D,
  dy: tf.Tensor4D,
  { strides, dilations, groups, filterShape }: Attrs,
): tf.Tensor4D {
  const [kh, kw, depth, filters] = filterShape;
  const [batch, outHeight, outWidth] = dy.shape;
  const positions = batch * outHeight * outWidth;
  const width = filters / groups;
  const dyGroups = tf.reshape(dy, [positions, groups, width]) as tf.Tensor3D;
  const product =
    depth === 1 ? depthwiseProduct(dyGroups) : groupedProduct(dyGroups, groups, depth, width);
  const taps: tf.Tensor[] = [];
  for (let u = 0; u < kh; u++) {
    for (let v = 0; v < kw; v++) {
      const begin = [0, u * dilations[0], v * dilations[1], 0];
      const end = [
        batch,
        begin[1]! + (outHeight - 1) * strides[0] + 1,
        begin[2]! + (outWidth - 1) * strides[1] + 1,
        padded.shape[3],
      ];
      const seen = tf.stridedSlice(padded, begin, end, [1, strides[0], strides[1], 1]);
      taps.push(product(tf.reshape(seen, [positions, groups, depth]) as tf.Tensor3D));
    }
  }
  return tf.reshape(tf.stack(taps), filterShape) as tf.Tensor4D;
}

type TapProduct = (seen: tf.Tensor3D) => tf.Tensor;

function depthwiseProduct(dy: tf.Tensor3D): TapProduct {
  return (seen) => tf.sum(tf.mul(seen, dy), 0);
}

function groupedProduct(dy: tf.Tensor3D, groups: number, depth: number, width: number): TapProduct {
  const right = tf.transpose(dy, [1, 0, 2]);
  return (seen) => {
    const perGroup = tf.matMul(tf.transpose(seen, [1, 2, 0]), right);
    return tf.reshape(tf.transpose(perGroup, [1, 0, 2]), [depth, groups * width]);
  };
}
