import { resNet } from '@sts-net/backbones';
import { uNet } from '@sts-net/decoders';
import {
  createModel,
  encodeSafetensors,
  loadTorchWeights,
  modelStatistics,
  predictorOf,
  readSafetensors,
  torchStateDict,
} from '@sts-net/model';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';

await tf.setBackend('cpu');
const model = createModel({
  encoder: resNet({ blocks: [1, 1, 1, 1], groups: 4, widthPerGroup: 2 }),
  decoder: uNet({ filters: [8, 8, 8, 8, 8] }),
  attention: 'esca',
  classes: 2,
  inputShape: [null, null, 1],
});
const pieces = encodeSafetensors(await torchStateDict(model));
const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
const { missing } = loadTorchWeights(model, readSafetensors(bytes));
if (missing.length > 0 || modelStatistics(model).uncounted.length > 0) throw new Error('weights');
const probabilities = await predictorOf(model).predict(new Float32Array(33 * 17), [1, 33, 17, 1]);
if (Math.abs(probabilities[0] + probabilities[1] - 1) > 1e-6) throw new Error('probabilities');
