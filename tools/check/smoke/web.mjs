import { createModel, namedWeights, storedTensors } from '@sts-net/model';
import { createVolume, encodeVolume } from '@sts-net/volume-io';
import { openSegmenter } from '@sts-net/web';
import { describeClasses, encodeModel } from '@sts-net/web/model';
import '@tensorflow/tfjs-backend-cpu';
import { ndarray } from '@sts-net/views';
import * as tf from '@tensorflow/tfjs-core';

await tf.setBackend('cpu');
const network = { encoder: 'mobilenet_v2', decoder: 'fpn', classes: 2 };
const model = createModel({ ...network, inputShape: [null, null, 1] });
const weights = namedWeights(model).map(({ name, variable }) => [name, variable]);
const files = encodeModel(
  {
    network,
    preprocessing: { context: 0, normalization: { name: 'all' } },
    classes: describeClasses(2),
  },
  await storedTensors(weights),
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
