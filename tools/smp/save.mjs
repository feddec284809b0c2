// Saves models of sts-net with their logits for one image, for check.py beside it.
//
//     npm run build && node tools/smp/save.mjs FOLDER [ENCODER/DECODER …]
//
// Without names: every encoder with every decoder of the paper, the plain networks, and all others once.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { encoders } from '@sts-net/backbones';
import { useBackend } from '@sts-net/backend';
import { decoders } from '@sts-net/decoders';
import * as tf from '@tensorflow/tfjs-core';
import { createModel, saveSafetensors, writeSafetensors } from 'sts-net';

const [folder, ...names] = process.argv.slice(2);
const paper = {
  encoders: ['mobilenet_v2', 'efficientnet-b0', 'dpn68', 'resnet50', 'resnext50_32x4d'],
  decoders: ['deeplabv3', 'deeplabv3plus', 'unet', 'unetplusplus', 'pan'],
};
// A name of an encoder and of a decoder is that of a plain network.
const plain = Object.keys(encoders).filter((name) => name in decoders);
const others = (table, ofPaper) =>
  Object.keys(table).filter((name) => ![...ofPaper, ...plain].includes(name));
const all = [
  ...plain.map((name) => `${name}/${name}`),
  ...paper.encoders.flatMap((encoder) => paper.decoders.map((decoder) => `${encoder}/${decoder}`)),
  ...others(encoders, paper.encoders)
    // segmentation_models.pytorch has no encoder for the weights of torchvision's EfficientNet.
    .filter((name) => !name.startsWith('torchvision-'))
    .map((name) => `${name}/unet`),
  ...others(decoders, paper.decoders).map((name) => `resnet18/${name}`),
];

/** Numbers in [low, high), each weight its own. */
const between = (low, high, name, shape) =>
  tf.randomUniform(shape, low, high, 'float32', hash(name));
const hash = (text) => [...text].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 2 ** 31, 7);
const ranges = {
  gamma: [0.5, 1.5],
  beta: [-0.2, 0.2],
  movingMean: [-0.2, 0.2],
  movingVariance: [0.5, 1.5],
  bias: [-0.2, 0.2],
};

mkdirSync(folder, { recursive: true });
await useBackend();
for (const name of names.length > 0 ? names : all) {
  const [encoder, decoder] = name.split('/');
  const model = createModel({ encoder, decoder, classes: 3, inputShape: [null, null, 3] });
  // Normalisation as training leaves it, not as it begins.
  for (const weight of model.weights) {
    const range = ranges[weight.originalName.split('/').at(-1)];
    if (range) tf.tidy(() => weight.write(between(...range, weight.originalName, weight.shape)));
  }
  const image = between(-2, 2, name, [2, 160, 128, 3]);
  const logits = model.predict(image);
  const path = join(folder, name.replace('/', '+'));
  await saveSafetensors(model, `${path}.safetensors`);
  const stored = async (tensor) => ({ shape: tensor.shape, data: await tensor.data() });
  await writeSafetensors(
    `${path}.logits`,
    new Map([
      ['image', await stored(image)],
      ['logits', await stored(logits)],
    ]),
  );
  tf.dispose([image, logits]);
  model.dispose();
  console.log(name);
}
