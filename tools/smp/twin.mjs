// Trains networks of sts-net on real patches and leaves, for twin.py beside it, the weights that they
// start from, every batch, and the loss of every step.
//
//     npm run build && node tools/smp/twin.mjs FOLDER [STEPS] [NETWORK …]
//
// 50 steps of mobilenet_v2+unet, and of sts-net without dropout, each with three losses.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { readLabels } from '@sts-net/datasets';
import { preprocess } from '@sts-net/inference';
import { createModel } from '@sts-net/model';
import {
  createAmplifier,
  createBatchSource,
  createTraining,
  listSlices,
  newProgress,
  trainLoop,
} from '@sts-net/training';
import { readVolume } from '@sts-net/volume-io';
import { saveSafetensors, writeSafetensors } from 'sts-net';

const [folder, count = '50', ...names] = process.argv.slice(2);
const steps = Number(count);
const networks = {
  'mobilenet_v2+unet': { encoder: 'mobilenet_v2', decoder: 'unet' },
  // Dropout draws other numbers in every program.
  'sts-net': {
    encoder: 'resnext50_32x4d',
    decoder: 'deeplabv3',
    attention: { name: 'esca', preset: 'reference-code' },
    dropout: 0,
  },
};
const losses = ['cross-entropy', 'dice', 'focal'];
const optimizer = {
  ...{ name: 'adamw', learningRate: 1e-3, weightDecay: 0.01 },
  ...{ betas: [0.9, 0.999], epsilon: 1e-8 },
};
const schedule = { name: 'cosine', per: 'step', minimumLearningRate: 1e-5 };

const data = new URL('../../packages/sts-net/data/open_ms/', import.meta.url).pathname;
const image = await readVolume(join(data, 'patient19_FLAIR.nii.gz'));
const mask = await readLabels(join(data, 'patient19_GOLD.nii.gz'), 'nonzero', { subject: 'mask' });
const loaded = preprocess(image, { context: 1 }, { id: 'patient19', mask });
const slices = await listSlices([{ id: 'patient19', group: 'p', load: async () => loaded }]);
const { items, sample } = createAmplifier({ method: 'none' }, slices, 7);

mkdirSync(folder, { recursive: true });
const { name: backend } = await useBackend();
console.log(`${steps} steps on ${backend}`);
for (const name of names.length > 0 ? names : Object.keys(networks)) {
  const network = networks[name];
  for (const loss of losses) {
    const model = createModel({ ...network, classes: 2, seed: 7, inputShape: [null, null, 3] });
    const path = join(folder, `${name}+${loss}`);
    await saveSafetensors(model, `${path}.start`);
    const source = createBatchSource({
      ...{ items, batchSize: 4, patch: { size: [32, 32], lesionShare: 0.7 }, flips: true, seed: 7 },
      ...{ channels: 3, classes: 2 },
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
    await writeSafetensors(`${path}.batches`, batches);
    writeFileSync(`${path}.json`, JSON.stringify({ ...network, loss, optimizer, curve }));
    training.dispose();
    model.dispose();
    console.log(`${name}, ${loss}: ${curve[0].loss.toFixed(4)} … ${curve.at(-1).loss.toFixed(4)}`);
  }
}
