import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/**
 * The most likely class of every pixel of a batch of images.
 *
 * @param images normalised intensities, `[batch, height, width, channels]`
 * @returns classes 0 … classes − 1, `[batch, height, width]`
 */
export type Classifier = (
  images: Float32Array,
  shape: readonly [batch: number, height: number, width: number, channels: number],
) => Promise<Uint8Array>;

/** The classifier that a network of logits `[batch, height, width, classes]` is. */
export function classifierOf(model: LayersModel): Classifier {
  return async (images, shape) => {
    const classes = tf.tidy(() => {
      const batch = tf.tensor4d(images, [...shape]);
      return tf.argMax(model.apply(batch, { training: false }) as tf.Tensor, -1);
    });
    const labels = Uint8Array.from(await classes.data());
    classes.dispose();
    return labels;
  };
}
