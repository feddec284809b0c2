import * as tf from '@tensorflow/tfjs-core';

/**
 * 1-D convolution (cross-correlation, as networks mean it) along the channels of each row,
 * zero-padded to keep their number: out[c] = Σ_t kernel[t] · signal[c + t − ⌊taps/2⌋].
 *
 * It is a sum of shifted slices, because every backend has the gradients of those.
 *
 * @param signal `[batch, channels]`
 * @param kernel `[taps]`, an odd number of them
 * @returns `[batch, channels]`
 */
export function convolveChannels(signal: tf.Tensor2D, kernel: tf.Tensor1D): tf.Tensor2D {
  const channels = signal.shape[1];
  const taps = kernel.shape[0];
  const margin = (taps - 1) / 2;
  const padded = tf.pad(signal, [
    [0, 0],
    [margin, margin],
  ]);
  const terms = Array.from({ length: taps }, (_, t) =>
    tf.mul(tf.slice(padded, [0, t], [-1, channels]), tf.slice(kernel, [t], [1])),
  );
  return terms.reduce((sum, term) => tf.add(sum, term)) as tf.Tensor2D;
}
