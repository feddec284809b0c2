import { createNetwork, type I2UNetOptions, i2uNetM } from '@sts-net/networks';
import { describeBackends, recipeStateDict, uniform } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { loadTorchWeights, modelStatistics, withoutInitialValues } from '../src/index.ts';
import {
  expectSaved,
  expectStatistics,
  expectTensor,
  expectTrainingStep,
  fixture,
  listedShapes,
  outputsOf,
  shapesOf,
} from './network-golden.ts';

const reference = fixture('i2u-net-m');
const make = (options: Partial<I2UNetOptions> = {}) =>
  withoutInitialValues(() => i2uNetM({ inputShape: [null, null, 3], ...options }));

function loaded(options: Partial<I2UNetOptions> = {}): LayersModel {
  const model = make(options);
  // Under a wrapper's name and without; it is that of many of the network's own keys.
  const weights = recipeStateDict(shapesOf(model));
  const wrapped = new Map([...weights].map(([key, one]) => [`module.${key}`, one]));
  expect(loadTorchWeights(model, wrapped).missing).toEqual([]);
  expect(loadTorchWeights(model, weights).missing).toEqual([]);
  return model;
}

describeBackends('I²U-Net', () => {
  test('golden: keys, shapes, parameters and operations', () => {
    const model = make();
    expect(shapesOf(model)).toEqual(listedShapes(reference.keys));
    const counts = modelStatistics(model, { size: [480, 480] });
    expect(counts.parameters).toBe(reference.params);
    const { conv2d, conv1d, matmul, conv_transpose2d, batch_norm, adaptive_avg_pool2d } =
      reference.macs_480;
    const multiplyAdds = conv2d + conv1d + matmul + conv_transpose2d;
    expect(counts.multiplyAdds).toBe(multiplyAdds);
    expect(counts.paperFlops).toBe(4 * (multiplyAdds + batch_norm + adaptive_avg_pool2d));
    model.dispose();
  });

  test('golden: logits', async () => {
    const model = loaded();
    const [logits] = outputsOf(model, reference.eval.input);
    await expectTensor(logits!, reference.eval.outputs.logits);
    logits!.dispose();
    model.dispose();
  });

  test('golden: loss, gradients and statistics of a training step', async () => {
    const { training } = reference;
    const [count, , height, width] = reference.eval.input as [number, number, number, number];
    const model = loaded({ dropout: 0 });
    const loss = ([logits]: tf.Tensor4D[]) => {
      const draws = uniform('label', count * height * width).map((u) => (u < 0.2 ? 1 : 0));
      const label = tf.tensor3d(Int32Array.from(draws), [count, height, width], 'int32');
      const error = tf.squaredDifference(tf.sigmoid(logits!), tf.oneHot(label, 2));
      return tf.mean(error) as tf.Scalar;
    };
    await expectTrainingStep(model, [count, 3, height, width], loss, training);
    await expectStatistics(model, training.running_stats);
    model.dispose();
  });

  test('saved and loaded, it gives the same for an image of any size', async () => {
    const model = createNetwork('i2u-net-m', { inputShape: [null, null, 3] });
    await expectSaved(model);
    model.dispose();
  });
}, ['wasm']);
