import { esca } from '@sts-net/layers-esca';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';

await tf.setBackend('cpu');
const output = esca().apply(tf.ones([1, 4, 4, 64]));
if (output.shape.join() !== '1,4,4,64') throw new Error(`shape ${output.shape}`);
