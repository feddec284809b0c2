import { denseASPP } from '@sts-net/networks';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';

await tf.setBackend('cpu');
const tiny = { growth: 4, stem: 4, layers: [1, 1, 1, 1], narrow: 4, added: 2 };
const network = denseASPP({ ...tiny, inputShape: [null, null, 3] });
const logits = network.predict(tf.zeros([1, 20, 17, 3]));
if (logits.shape.join() !== '1,20,17,2') throw new Error(`shape ${logits.shape}`);
