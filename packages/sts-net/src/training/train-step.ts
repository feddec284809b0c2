import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Batch } from '../data/batch.ts';
import type { AdamW } from './adamw.ts';
import type { Loss } from './losses.ts';

/**
 * One step: forward in training mode, loss, gradients, weights moved.
 *
 * @param variables the weights to move, those of `optimizer`
 * @returns the loss before the step, a scalar that the caller disposes
 */
export function trainStep(
  model: LayersModel,
  variables: tf.Variable[],
  optimizer: AdamW,
  loss: Loss,
  batch: Batch,
  learningRate: number,
): tf.Scalar {
  return tf.tidy(() => {
    const { count, height, width, channels, classes } = batch;
    const images = tf.tensor4d(batch.images, [count, height, width, channels]);
    const labels = tf.tensor4d(batch.labels, [count, height, width, classes]);
    const { value, grads } = tf.variableGrads(
      () => loss(labels, model.apply(images, { training: true }) as tf.Tensor4D),
      variables,
    );
    optimizer.apply(grads, learningRate);
    return value;
  });
}

/** Sets the step that the masks of dropout layers follow from, so that a resumed run repeats them. */
export function setDropoutStep(model: LayersModel, step: number): void {
  for (const layer of model.layers) {
    if (layer.getClassName() !== 'StsDropout') continue;
    (layer as unknown as { trainingStep: number }).trainingStep = step;
  }
}
