import { trainableWeights } from '@sts-net/model';
import {
  createOptimizer,
  createSchedule,
  emptyBatch,
  newProgress,
  trainLoop,
} from '@sts-net/training';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { input, layers, model } from '@tensorflow/tfjs-layers';

await tf.setBackend('cpu');
const image = input({ shape: [null, null, 1] });
const logits = layers.conv2d({ filters: 2, kernelSize: 1 }).apply(image);
const network = model({ inputs: image, outputs: logits });
const batch = emptyBatch({ count: 1, height: 4, width: 4, channels: 1, classes: 2 });
batch.images.fill(1);
const losses = [];
const optimizer = { name: 'adamw', betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0 };
await trainLoop({
  model: network,
  source: { stepsPerEpoch: 1, batch: async () => batch },
  steps: 5,
  loss: 'dice-cross-entropy',
  optimizer: createOptimizer(optimizer, trainableWeights(network)),
  schedule: createSchedule({ name: 'constant' }, 0.1, { steps: 5, stepsPerEpoch: 1 }),
  validateEvery: 'epoch',
  saveEvery: 'epoch',
  progress: newProgress(),
  onStep: ({ loss }) => void losses.push(loss),
});
if (!(losses[4] < losses[0])) throw new Error(`losses ${losses}`);
