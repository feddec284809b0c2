import * as tf from '@tensorflow/tfjs-core';

/** Which input position an output pixel samples; exactly one must be true. */
export interface ResizeBilinearOptions {
  /** Corner pixels keep their values: position `i·(in−1)/(out−1)`; PyTorch's `align_corners=True`. */
  readonly alignCorners?: boolean;
  /** Pixels are areas: position `(i+½)·in/out − ½`, clamped; PyTorch's `align_corners=False`. */
  readonly halfPixelCenters?: boolean;
}

/**
 * Bilinear resizing with the right gradient in both coordinate conventions (TensorFlow.js 4.22
 * returns a wrong one for half-pixel centres on every backend).
 *
 * @param x `[batch, height, width, channels]`, float32.
 * @param size `[height, width]` of the result, whole numbers from 1 on.
 * @returns `[batch, size[0], size[1], channels]`.
 * @throws RangeError where the size is not positive, or not exactly one convention is chosen.
 */
export function resizeBilinear(
  x: tf.Tensor4D,
  size: readonly [number, number],
  options: ResizeBilinearOptions,
): tf.Tensor4D {
  const alignCorners = options.alignCorners ?? false;
  if (alignCorners === (options.halfPixelCenters ?? false)) {
    throw new RangeError(
      '`resizeBilinear`: choose exactly one of `alignCorners` and `halfPixelCenters`.',
    );
  }
  const [outHeight, outWidth] = size;
  if (
    !Number.isInteger(outHeight) ||
    !Number.isInteger(outWidth) ||
    outHeight < 1 ||
    outWidth < 1
  ) {
    throw new RangeError(
      `\`resizeBilinear\`: size must be whole numbers [height, width] from 1 on, got [${size}].`,
    );
  }
  const [batch, height, width, channels] = x.shape;
  const resize = tf.customGrad((input) => ({
    value: tf.image.resizeBilinear(
      input as tf.Tensor4D,
      [outHeight, outWidth],
      alignCorners,
      !alignCorners,
    ),
    // Resizing is linear and separable, so its adjoint is two products with transposed weights.
    gradFunc: (dy: tf.Tensor) =>
      tf.tidy(() => {
        const rows = transposedWeights(height, outHeight, alignCorners);
        const columns = transposedWeights(width, outWidth, alignCorners);
        const shrunk = tf.matMul(
          tf.reshape(rows, [1, height, outHeight]),
          tf.reshape(dy, [batch, outHeight, outWidth * channels]),
        );
        return tf.reshape(
          tf.matMul(
            tf.reshape(columns, [1, width, outWidth]),
            tf.reshape(shrunk, [batch * height, outWidth, channels]),
          ),
          [batch, height, width, channels],
        );
      }),
  }));
  return resize(x) as tf.Tensor4D;
}

/** `[input, output]` matrix of the weights that each output gives each input along one axis. */
function transposedWeights(size: number, outSize: number, alignCorners: boolean): tf.Tensor2D {
  const weights = new Float32Array(size * outSize);
  for (let i = 0; i < outSize; i++) {
    const at = alignCorners
      ? outSize > 1
        ? (i * (size - 1)) / (outSize - 1)
        : 0
      : Math.max(0, ((i + 0.5) * size) / outSize - 0.5);
    const low = Math.min(Math.floor(at), size - 1);
    const high = Math.min(low + 1, size - 1);
    const share = at - low;
    weights[low * outSize + i]! += 1 - share;
    weights[high * outSize + i]! += share;
  }
  return tf.tensor2d(weights, [size, outSize]);
}
