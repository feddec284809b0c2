// Training on the real patches that the twins in PyTorch repeat: what both scripts beside this share.
import { join } from 'node:path';
import { readLabels } from '@sts-net/datasets';
import { preprocess } from '@sts-net/inference';
import {
  createAmplifier,
  createBatchSource,
  createTraining,
  listSlices,
  newProgress,
  trainLoop,
} from '@sts-net/training';
import { readVolume } from '@sts-net/volume-io';

export const networks = {
  'mobilenet_v2+unet': { encoder: 'mobilenet_v2', decoder: 'unet' },
  // Dropout draws other numbers in every program.
  'sts-net': {
    encoder: 'resnext50_32x4d',
    decoder: 'deeplabv3',
    attention: { name: 'esca', preset: 'reference-code' },
    dropout: 0,
  },
};

export const optimizer = {
  ...{ name: 'adamw', learningRate: 1e-3, weightDecay: 0.01 },
  ...{ betas: [0.9, 0.999], epsilon: 1e-8 },
};
const schedule = { name: 'cosine', per: 'step', minimumLearningRate: 1e-5 };

const data = new URL('../../packages/sts-net/data/open_ms/', import.meta.url).pathname;

/** The samples of a patient of the sample data. */
export async function readPatient(id) {
  const image = await readVolume(join(data, `${id}_FLAIR.nii.gz`));
  const mask = await readLabels(join(data, `${id}_GOLD.nii.gz`), 'nonzero', { subject: 'mask' });
  return preprocess(image, { context: 1 }, { id, mask });
}

/**
 * Trains on patches of a patient.
 *
 * @returns what each step told, and every batch by `images.STEP` and `labels.STEP`
 */
export async function trainOn(loaded, model, { loss, steps, seed, patch }) {
  const slices = await listSlices([{ id: 'patient', group: 'p', load: async () => loaded }]);
  const { items, sample } = createAmplifier({ method: 'none' }, slices, seed);
  const source = createBatchSource({
    ...{ items, batchSize: 4, patch, flips: true, seed, channels: 3, classes: 2 },
    read: async (item) => ({
      sample: sample(loaded.samples[item.slice.index], item),
      normalization: loaded.normalization,
    }),
  });
  const { stepsPerEpoch } = source;
  const training = createTraining(model, { loss, optimizer, schedule }, { steps, stepsPerEpoch });
  const batches = new Map();
  const curve = [];
  await trainLoop({
    ...training,
    steps,
    source: {
      stepsPerEpoch,
      async batch(step) {
        const batch = await source.batch(step);
        const shape = (depth) => [batch.count, batch.height, batch.width, depth];
        batches.set(`images.${step}`, { shape: shape(3), data: batch.images.slice() });
        batches.set(`labels.${step}`, { shape: shape(2), data: batch.labels.slice() });
        return batch;
      },
    },
    progress: newProgress(),
    validateEvery: steps,
    saveEvery: steps,
    onStep: (record) => void curve.push(record),
  });
  training.dispose();
  return { batches, curve };
}
