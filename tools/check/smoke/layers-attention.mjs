import { cbam, gct, se, srm } from '@sts-net/layers-attention';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';

await tf.setBackend('cpu');
for (const layer of [cbam(), gct(), se(), srm()]) {
  const output = layer.apply(tf.ones([1, 4, 4, 64]));
  if (output.shape.join() !== '1,4,4,64') throw new Error(`${layer.name}: shape ${output.shape}`);
}
