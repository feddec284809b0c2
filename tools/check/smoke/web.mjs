import { createModel, storedTensors, weightTensors } from '@sts-net/model';
import { createVolume, encodeVolume } from '@sts-net/volume-io';
import { openSegmenter } from '@sts-net/web';
import { describeClasses, encodeModel } from '@sts-net/web/model';
import { trainInWorker } from '@sts-net/web/training';
import '@tensorflow/tfjs-backend-cpu';
import { ndarray } from '@sts-net/views';
import * as tf from '@tensorflow/tfjs-core';

await tf.setBackend('cpu');
const network = { encoder: 'mobilenet_v2', decoder: 'fpn', classes: 2 };
const model = createModel({ ...network, inputShape: [null, null, 1] });
const files = encodeModel(
  {
    network,
    preprocessing: { context: 0, normalization: { name: 'all' } },
    classes: describeClasses(2),
  },
  await storedTensors(weightTensors(model)),
  { half: true },
);
const bytes = await encodeVolume(
  createVolume(
    ndarray(
      Float32Array.from({ length: 2048 }, (_, i) => i % 97),
      [2, 32, 32],
    ),
  ),
);
const segmenter = await openSegmenter({
  model: new Blob(files.get('weights.safetensors')),
  engine: 'cpu',
});
const { labels, probabilities } = await segmenter.segment(new File([bytes], 'scan.nii'));
if (labels.voxels.size !== 2048 || probabilities.length !== 2) throw new Error('labels');
if (segmenter.info.engine.name !== 'cpu') throw new Error('engine');
segmenter.close();

const volume = (value) =>
  createVolume(
    ndarray(
      Float32Array.from({ length: 512 }, (_, i) => value(i)),
      [2, 16, 16],
    ),
  );
const { model: trained, step } = await trainInWorker({
  cases: [{ id: 'a', image: volume((i) => i % 89), mask: volume((i) => Number(i % 97 === 0)) }],
  config: {
    model: { network: { name: 'nnunet-2d', plan: { features: [2, 4] } } },
    training: { steps: 1, batchSize: 1 },
  },
  run: 'smoke',
  engine: 'cpu',
});
if (step !== 1) throw new Error('steps');
(await openSegmenter({ model: trained, engine: 'cpu' })).close();
