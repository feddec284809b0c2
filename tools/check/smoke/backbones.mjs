import { createEncoder, resNet } from '@sts-net/backbones';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { input } from '@tensorflow/tfjs-layers';

await tf.setBackend('cpu');
const encoder = resNet({ blocks: [1, 1, 1, 1], groups: 4, widthPerGroup: 2 });
const { features } = createEncoder(encoder, { input: input({ shape: [32, 32, 3] }) });
if (features.map(({ stride }) => stride).join() !== '2,4,8,16,32') throw new Error('strides');
