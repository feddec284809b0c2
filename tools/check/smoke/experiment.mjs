import { buildModel, prepareTraining, validateMemoryConfig } from '@sts-net/experiment';
import { CaseStore } from '@sts-net/experiment/batches';
import { ndarray } from '@sts-net/views';
import { createVolume, labelsOf } from '@sts-net/volume-io';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';

await tf.setBackend('cpu');
const config = validateMemoryConfig({
  model: { encoder: 'mobilenet_v2', decoder: 'fpn' },
  preprocessing: { context: 0, normalization: { name: 'all' } },
  training: { steps: 1, batchSize: 1 },
});
const volume = (value) =>
  createVolume(
    ndarray(
      Float32Array.from({ length: 2048 }, (_, i) => value(i)),
      [2, 32, 32],
    ),
  );
const mask = volume((i) => (i % 97 === 0 ? 1 : 0));
const reader = {
  image: async () => volume((i) => i % 89),
  labels: async (_, rule) => labelsOf(mask, rule),
  isFlat: () => ({ image: false, mask: false }),
};
const { preprocessing, model } = config;
const store = new CaseStore({ preprocessing, classes: model.classes }, { reader });
const one = store.trainingCase({ id: 'a', group: 'a', image: '', mask: '' });
const { source, samples } = await prepareTraining(config, { training: [one], validation: [] });
const { images } = await source.batch(0);
if (samples !== 2 || images.length !== 1024) throw new Error('batch');
buildModel(config).dispose();
