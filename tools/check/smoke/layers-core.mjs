import { Conv2D, ResizeBilinear } from '@sts-net/layers-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { input, model } from '@tensorflow/tfjs-layers';

await tf.setBackend('cpu');
const image = input({ shape: [8, 8, 4] });
const convolution = new Conv2D({ filters: 4, kernelSize: 3, groups: 2, dilations: 2 });
const resized = new ResizeBilinear({ scale: 2, halfPixelCenters: true }).apply(
  convolution.apply(image),
);
const network = model({ inputs: image, outputs: resized });
const output = network.predict(tf.ones([1, 8, 8, 4]));
const values = await output.data();
if (![...values].every(Number.isFinite)) throw new Error(`shape ${output.shape}`);
