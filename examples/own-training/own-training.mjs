// Trains a network of one's own, with an own loss and augmentation: node own-training.mjs CONFIG
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { input, layers, model } from '@tensorflow/tfjs-layers';
import ndarray from 'ndarray';
import { loadConfig, train, useBackend } from 'sts-net';

const convolution = (filters, activation) =>
  layers.conv2d({ filters, activation, kernelSize: 3, padding: 'same' });
/** Squared errors, ten times where there is a lesion. */
const loss = (labels, logits) => {
  const weights = tf.add(1, tf.mul(9, tf.slice(labels, [0, 0, 0, 1])));
  return tf.mean(tf.mul(tf.square(tf.sub(labels, tf.softmax(logits))), weights));
};
/** Contrast between a half and twice of what it was. */
const augment = (sample, random) => {
  const pixels = sample.image.data.map((value) => value * 2 ** (2 * random() - 1));
  return { ...sample, image: ndarray(pixels, sample.image.shape) };
};
export async function trainOwn(config, options) {
  await useBackend(config.backend);
  const inputs = input({ shape: [null, null, 3] });
  const outputs = convolution(2).apply(convolution(8, 'relu').apply(inputs));
  return train(config, { model: model({ inputs, outputs }), loss, augment, ...options });
}
const isScript = import.meta.url === pathToFileURL(process.argv[1] ?? '').href;
if (isScript) console.log(await trainOwn(await loadConfig(process.argv[2])));
