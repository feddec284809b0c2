import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Loss } from '../losses/losses.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { Batch } from '../samples/batch.ts';

/**
 * One step: forward in training mode, loss, gradients, weights moved.
 *
 * @param variables the weights to move, those of `optimizer`
 * @returns the loss before the step, a scalar that the caller disposes
 */
export function trainStep(
  model: LayersModel,
  variables: tf.Variable[],
  optimizer: Optimizer,
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

/**
 * Sets the step that what layers draw in training follows from, such as the masks of dropout, so that
 * a resumed run repeats it: the `trainingStep` of every layer that has one.
 */
export function setTrainingStep(model: LayersModel, step: number): void {
  for (const layer of model.layers as readonly { trainingStep?: number }[]) {
    if (layer.trainingStep !== undefined) layer.trainingStep = step;
  }
}
