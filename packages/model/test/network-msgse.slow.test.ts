import { createNetwork } from '@sts-net/networks';
import { describeBackends, recipeStateDict, uniform } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { loadTorchWeights, modelStatistics, withoutInitialValues } from '../src/index.ts';
import {
  expectSaved,
  expectTensor,
  expectTrainingStep,
  fixture,
  listedShapes,
  outputsOf,
  type Reference,
  shapesOf,
} from './network-golden.ts';

/** Numbers of the same construction in PyTorch, in float64. */
const reference = fixture('msgse-net-proposed');
const make = () =>
  withoutInitialValues(() => createNetwork('msgse-net-like', { inputShape: [null, null, 3] }));

describeBackends('what is like MSGSE-Net', () => {
  test('golden: keys, shapes, parameters and operations', () => {
    const model = make();
    expect(shapesOf(model)).toEqual(listedShapes(reference.keys));
    const counts = modelStatistics(model, { size: [480, 480] });
    expect(counts.parameters).toBe(reference.params);
    const { conv2d, conv_transpose2d, batch_norm, bilinear } = reference.macs_480;
    expect(counts.multiplyAdds).toBe(conv2d + conv_transpose2d);
    // The reference resizes the finest gates too, which have the size that they are brought to.
    const same = [64, 32, 16, 8].reduce((sum, part) => sum + 4 * 480 ** 2 * part, 0);
    const others = batch_norm + bilinear - same;
    expect(counts.paperFlops).toBe(4 * (conv2d + conv_transpose2d + others));
    model.dispose();
  });

  test('golden: logits and maps', async () => {
    const model = make();
    loadTorchWeights(model, recipeStateDict(shapesOf(model)));
    const { input, outputs } = reference.eval;
    const [logits, ...maps] = outputsOf(model, input) as [tf.Tensor4D, ...tf.Tensor4D[]];
    await expectTensor(logits, outputs.logits);
    for (const [i, map] of maps.entries()) {
      const name = `spatial_logits attention.${Math.floor(i / 3)} scale ${i % 3}`;
      await expectTensor(map, outputs[name] as Reference, { name });
    }
    tf.dispose([logits, ...maps]);
    model.dispose();
  });

  test('golden: loss and gradients of a training step', async () => {
    const model = make();
    loadTorchWeights(model, recipeStateDict(shapesOf(model)));
    const [count, , height, width] = reference.eval.input as [number, number, number, number];
    const draws = uniform('label', count * height * width).map((u) => (u < 0.2 ? 1 : 0));
    const loss = ([logits, ...maps]: tf.Tensor4D[]) => {
      const label = tf.tensor4d(draws, [count, height, width, 1]);
      const truth = tf.concat([tf.sub(1, label), label], 3);
      const entropy = tf.neg(tf.mean(tf.sum(tf.mul(truth, tf.logSoftmax(logits!)), 3)));
      const errors = maps.map((map) => {
        const factor = height / map.shape[1];
        const pooled = factor === 1 ? label : tf.maxPool(label, factor, factor, 'valid');
        return tf.losses.sigmoidCrossEntropy(pooled, map);
      });
      return tf.add(entropy, tf.div(tf.addN(errors), errors.length)) as tf.Scalar;
    };
    // Through the ReLUs of the encoder, float32 reaches a few thousandths of single elements.
    const tolerances = () => [1e-3, 1e-2] as const;
    await expectTrainingStep(model, reference.eval.input, loss, reference.training, tolerances);
    model.dispose();
  });

  test('saved and loaded, it gives the same for an image of any size', async () => {
    const model = make();
    loadTorchWeights(model, recipeStateDict(shapesOf(model)));
    expect(model.outputs).toHaveLength(13);
    await expectSaved(model, { outputs: 1 });
    model.dispose();
  });
}, ['wasm']);
