// A model of a small training on the sample data, and what Node finds by it in another patient.
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listLesions, predictMembers } from '../../../packages/inference/dist/index.js';
import { openPredictor } from '../../../packages/sts-net/dist/index.js';
import { readVolume } from '../../../packages/volume-io/dist/index.js';

const packages = fileURLToPath(new URL('../../../packages/', import.meta.url));
const data = join(packages, 'sts-net/data/open_ms');

/**
 * Trains in `folder`, exports to `served/model` and, in half precision, `served/half`, and lays an image
 * there, the probabilities of its lesions and its labels.
 *
 * @returns the list of its lesions
 */
export async function exportSmallModel(folder, served) {
  const run = join(folder, 'run');
  const config = join(folder, 'config.json');
  const cases = ['patient07', 'patient19'].map((id) => ({
    id,
    group: id,
    image: join(data, `${id}_FLAIR.nii.gz`),
    mask: join(data, `${id}_GOLD.nii.gz`),
  }));
  writeFileSync(
    config,
    JSON.stringify({
      backend: 'wasm',
      model: { encoder: 'mobilenet_v2', decoder: 'unet', attention: 'esca' },
      data: { cases, split: { validation: ['patient07'] } },
      preprocessing: { size: 96, normalization: { name: 'nonzero' } },
      targets: [{ name: 'Plaque' }],
      training: {
        steps: 12,
        batchSize: 4,
        validation: { every: 12 },
        optimizer: { name: 'adamw', learningRate: 4e-3 },
      },
      output: run,
    }),
  );
  cli('train', config);
  cli('tune', run, '--backend', 'wasm');
  cli('export', 'web', run, join(served, 'model'));
  cli('export', 'web', run, join(served, 'half'), '--fp16');
  const scan = join(data, 'patient26_FLAIR.nii.gz');
  copyFileSync(scan, join(served, 'scan.nii.gz'));
  const image = await readVolume(scan);
  const { threshold, smallestLesion, temperature, weights } = JSON.parse(
    readFileSync(join(served, 'model/model.json'), 'utf8'),
  );
  const { members, batchSize, dispose } = await openPredictor({
    models: [run],
    engine: 'wasm',
    temperature,
  });
  const prediction = await predictMembers(members, image, { batchSize });
  const labels = prediction.labels({ threshold, minimumVolume: smallestLesion });
  writeFileSync(join(served, 'labels.bin'), labels.voxels.data);
  const { data: probabilities } = prediction.probabilities().voxels;
  writeFileSync(join(served, 'probabilities.bin'), new Uint8Array(probabilities.buffer));
  dispose();
  return { lesions: listLesions(labels, { prediction }), bytes: weights.bytes };
}

function cli(...args) {
  execFileSync(process.execPath, [join(packages, 'sts-net/dist/cli.js'), ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
