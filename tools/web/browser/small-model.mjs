// A model of a small training on the sample data, and what Node finds by it in another patient.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listLesions, predictMembers } from '../../../packages/inference/dist/index.js';
import { exportWeb, loadModel, openPredictor } from '../../../packages/sts-net/dist/index.js';
import { crop, readVolume, writeVolume } from '../../../packages/volume-io/dist/index.js';

const packages = fileURLToPath(new URL('../../../packages/', import.meta.url));
const data = join(packages, 'sts-net/data/open_ms');

/**
 * Trains in `folder`, exports to `served/model` and, in half precision, `served/half`, and lays an image
 * there, the probabilities of its lesions and its labels; and the cases of the training.
 *
 * @returns the list of its lesions, how labels were decided, and what was trained with which losses and scores
 */
export async function exportSmallModel(folder, served) {
  const run = join(folder, 'run');
  const trained = train(run, join(folder, 'config.json'));
  mkdirSync(join(served, 'cases'));
  for (const file of trained.cases.flatMap(({ image, mask }) => [image, mask])) {
    copyFileSync(join(data, file), join(served, 'cases', file));
  }
  const whole = await readVolume(join(data, 'patient26_FLAIR.nii.gz'));
  const [, rows, columns] = whole.voxels.shape;
  const image = crop(whole, { start: [4, 0, 0], shape: [4, rows, columns] });
  await writeVolume(join(served, 'scan.nii.gz'), image);

  const opened = await openPredictor({ models: [run], engine: 'wasm' });
  const prediction = await predictMembers(opened.members, image, { batchSize: opened.batchSize });
  const { data: probabilities } = prediction.probabilities().voxels;
  // So little training makes nothing likely; what is most likely is marked.
  const threshold = [...probabilities].sort((a, b) => b - a)[
    Math.floor(probabilities.length / 200)
  ];
  const decision = { threshold, minimumVolume: 20 };
  const labels = prediction.labels(decision);
  writeFileSync(join(served, 'labels.bin'), labels.voxels.data);
  writeFileSync(join(served, 'probabilities.bin'), new Uint8Array(probabilities.buffer));
  opened.dispose();

  const loaded = await loadModel(join(run, 'best.safetensors'));
  for (const [name, half] of [
    ['model', false],
    ['half', true],
  ]) {
    for (const [file, pieces] of await exportWeb(loaded, { half, decision })) {
      const path = join(served, name, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, Buffer.concat(pieces));
    }
  }
  loaded.model.dispose();
  return { lesions: listLesions(labels, { prediction }), decision, trained };
}

function train(run, config) {
  const cases = ['patient07', 'patient19'].map((id) => ({
    ...{ id, image: `${id}_FLAIR.nii.gz`, mask: `${id}_GOLD.nii.gz` },
  }));
  const split = { validation: ['patient07'] };
  // What a page trains by, too.
  const shared = {
    model: { encoder: 'mobilenet_v2', decoder: 'unet', attention: 'esca' },
    preprocessing: { size: 64, normalization: { name: 'nonzero' } },
    training: {
      steps: 4,
      batchSize: 4,
      validation: { every: 4 },
      saveEvery: 2,
      optimizer: { name: 'adamw', learningRate: 4e-3 },
    },
  };
  const paths = cases.map(({ id, image, mask }) => ({
    ...{ id, image: join(data, image), mask: join(data, mask) },
  }));
  const settings = { ...shared, backend: 'wasm', data: { cases: paths, split }, output: run };
  writeFileSync(config, JSON.stringify(settings));
  execFileSync(process.execPath, [join(packages, 'sts-net/dist/cli.js'), 'train', config], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const log = readFileSync(join(run, 'log.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return {
    cases,
    config: { ...shared, data: { split } },
    losses: log.filter(({ event }) => event === 'step').map(({ loss }) => loss),
    scores: log.filter(({ event }) => event === 'validation').map(({ score }) => score),
  };
}
