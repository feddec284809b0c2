// What whole networks, and pairs with new kinds of layers, come to on the engine that is set: the same module runs
// in Node, which says what is right, and in the browser.
import { createModel, predictionNetwork } from '@sts-net/model';
import { createNetwork, ehFormer } from '@sts-net/networks';
import * as tf from '@tensorflow/tfjs-core';

const inputShape = [null, null, 3];
const plan = { features: [8, 16, 24], strides: [1, 2, 2] };
const makers = {
  ...Object.fromEntries(
    [
      ...['m2snet', 'caranet', 'centroidnetv2', 'denseaspp121', 'um-net', 'i2u-net-m'],
      ...['deeplabv3-afma', 'msgse-net-like'],
    ].map((name) => [name, () => createNetwork(name, { inputShape, seed: 7 })]),
  ),
  'eh-former': () =>
    ehFormer({
      ...{ channels: [4, 8, 8, 16], heads: [1, 2, 2, 4], blocks: [1, 1, 2, 1] },
      ...{ filters: [8, 8, 8, 4], inputShape, seed: 7 },
    }),
  'nnunet-2d': () => createNetwork({ name: 'nnunet-2d', plan }, { inputShape, seed: 7 }),
  'nnunet-resenc': () => createNetwork({ name: 'nnunet-resenc', plan }, { inputShape, seed: 7 }),
  'mit_b0 + segformer': () =>
    createModel({ encoder: 'mit_b0', decoder: 'segformer', classes: 2, inputShape, seed: 7 }),
  'resnet18 + upernet': () =>
    createModel({ encoder: 'resnet18', decoder: 'upernet', classes: 2, inputShape, seed: 7 }),
};

export const wholeNetworks = Object.keys(makers);

/** Logits of one network, by its name, for an image of 80 × 96 pixels. */
export async function logitsOf(name) {
  const whole = makers[name]();
  for (const weight of whole.weights) {
    const value = weight.read();
    if (value.rank !== 1 || !weight.trainable) continue;
    // What begins at zero would hide what it weighs; untrained residual blocks add up to what saturates all sigmoids.
    const share = /bn3\/gamma/.test(weight.originalName) ? 0.2 : 1;
    const change = Array.from({ length: value.size }, (_, i) => Math.sin(1 + 1.7 * i) / 10);
    tf.tidy(() => weight.write(tf.mul(tf.add(value, tf.tensor1d(change)), share)));
  }
  const pixels = Float32Array.from({ length: 80 * 96 * 3 }, (_, i) => 2 * Math.sin(0.37 * i));
  const y = tf.tidy(() => predictionNetwork(whole).predict(tf.tensor4d(pixels, [1, 80, 96, 3])));
  const values = Array.from(await y.data());
  y.dispose();
  whole.dispose();
  return values;
}
