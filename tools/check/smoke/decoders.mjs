import { createDecoder, uNet } from '@sts-net/decoders';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { input, layers } from '@tensorflow/tfjs-layers';

await tf.setBackend('cpu');
const image = input({ shape: [16, 16, 3] });
const features = [2, 4].map((stride) => ({
  stride,
  channels: 8,
  tensor: layers.conv2d({ filters: 8, kernelSize: stride, strides: stride }).apply(image),
}));
const logits = createDecoder(uNet({ filters: [16, 8] }), features, { classes: 2 });
if (logits.shape.join() !== ',16,16,2') throw new Error(`shape ${logits.shape}`);
