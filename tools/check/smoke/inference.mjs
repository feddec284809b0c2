import { ensemble, mirrored, predictVolume } from '@sts-net/inference';
import { ndarray } from '@sts-net/views';
import { createVolume } from '@sts-net/volume-io';

/** The sigmoid of the middle channel. */
const predictor = {
  channels: 3,
  classes: 2,
  async predict(images, [batch, height, width]) {
    const probabilities = new Float32Array(batch * height * width * 2);
    for (let i = 0; i < batch * height * width; i++) {
      const p = 1 / (1 + Math.exp(-images[3 * i + 1]));
      probabilities.set([1 - p, p], 2 * i);
    }
    return probabilities;
  },
};
const volume = createVolume(ndarray(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), [2, 2, 2]));
const predicted = await predictVolume(ensemble([predictor, mirrored(predictor)]), volume);
const labels = [...predicted.labels().voxels.data].join('');
if (labels !== '00001111') throw new Error(labels);
