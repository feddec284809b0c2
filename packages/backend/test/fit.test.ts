import { signed } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { registerWasmTrainingKernels, useBackend } from '../src/index.ts';

/** Losses of three epochs of a plain TensorFlow.js model, always from the same weights. */
async function losses(backend: 'wasm' | 'cpu'): Promise<number[]> {
  await useBackend(backend);
  const { layers } = tfl;
  const seeded = (seed: number) => tfl.initializers.glorotUniform({ seed });
  const model = tfl.sequential({
    layers: [
      layers.conv2d({
        filters: 6,
        kernelSize: 3,
        strides: 2,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: seeded(1),
        inputShape: [11, 10, 3],
      }),
      layers.batchNormalization(),
      layers.depthwiseConv2d({
        kernelSize: 3,
        depthMultiplier: 2,
        padding: 'same',
        depthwiseInitializer: seeded(2),
      }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.separableConv2d({
        filters: 5,
        kernelSize: 3,
        padding: 'same',
        depthwiseInitializer: seeded(3),
        pointwiseInitializer: seeded(4),
      }),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 2, activation: 'softmax', kernelInitializer: seeded(5) }),
    ],
  });
  const optimizer = tf.train.adam(0.01);
  model.compile({ optimizer, loss: 'categoricalCrossentropy' });
  const x = tf.tensor4d(signed('fit x', 8 * 11 * 10 * 3), [8, 11, 10, 3]);
  const y = tf.oneHot(tf.tensor1d([0, 1, 0, 1, 1, 0, 1, 0], 'int32'), 2);
  const { history } = await model.fit(x, y, { epochs: 3, shuffle: false, verbose: 0 });
  model.dispose();
  optimizer.dispose();
  tf.dispose([x, y]);
  return history['loss'] as number[];
}

test('a plain TensorFlow.js model trains on wasm as on the plain JavaScript backend', async () => {
  await registerWasmTrainingKernels();
  expect(await losses('wasm')).toBeAllclose(await losses('cpu'), { rtol: 1e-4 });
});
