// What `sts-net predict` takes at most, beside what the network itself takes, which is what a volume of a
// few such slices takes. Makes its inputs itself: noise, and networks that were not trained.
//
//   npm run build && node bench/predict-memory.mjs [ct | spacing | photo …]
//
// Last measured, on two cores: ct 2.55 × the volume in float32 (1.59 × without leaving out small lesions and filling
// holes); spacing 2.05 × without these; photo 2.45 GB.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@sts-net/backend';
import { BatchNormalization, Conv2D, ReLU } from '@sts-net/layers-core';
import { createModel } from '@sts-net/model';
import { createVolume, readVolume, writeImage, writeVolume } from '@sts-net/volume-io';
import { input, model } from '@tensorflow/tfjs-layers';
import ndarray from 'ndarray';
import { describeModel, writeModelFile } from '../packages/sts-net/dist/runs/model-file.js';

const cli = fileURLToPath(new URL('../packages/sts-net/dist/cli.js', import.meta.url));
const folder = mkdtempSync(join(process.env.TMPDIR ?? tmpdir(), 'predict-memory-'));
const at = (name) => join(folder, name);
const usual = { axis: 0, context: 1, edge: 'triple', missing: 'error' };

/** A few convolutions: the volume is what takes memory. */
function smallNetwork() {
  const image = input({ shape: [null, null, 3], name: 'image' });
  const layers = [
    new Conv2D({ name: 'stem.conv', filters: 4, kernelSize: 3, padding: 'same' }),
    new BatchNormalization({ name: 'stem.bn' }),
    new ReLU({ name: 'stem.relu' }),
    new Conv2D({ name: 'head', filters: 2, kernelSize: 3, padding: 'same', useBias: true }),
  ];
  return model({ inputs: image, outputs: layers.reduce((x, layer) => layer.apply(x), image) });
}

async function saveNetwork(path, settings, network, preprocessing) {
  const own = settings === undefined ? network : undefined;
  const config = {
    model: settings ?? { classes: 2 },
    preprocessing: { ...usual, ...preprocessing },
  };
  await writeModelFile(path, network, describeModel(config, preprocessing.normalization, own));
}

async function makeVolume(path, slices) {
  const voxels = new Int16Array(slices * 512 * 512);
  let state = 1;
  for (let i = 0; i < voxels.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    voxels[i] = (state >>> 20) - 1024;
  }
  const volume = createVolume(ndarray(voxels, [slices, 512, 512]), { spacing: [1, 0.9, 0.9] });
  await writeVolume(path, volume);
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;

function predict(...args) {
  const peak = `data:text/javascript,process.on('exit',()=>console.error('peak '+process.resourceUsage().maxRSS*1024))`;
  const command = ['--import', peak, cli, 'predict', ...args, '--backend', 'ort'];
  const started = performance.now();
  const { stdout, stderr, status } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const bytes = Number(/^peak (\d+)$/m.exec(stderr)[1]);
  console.log(stdout.trim(), stderr.replace(/^peak.*$/m, '').trim());
  return { bytes, seconds: (performance.now() - started) / 1000 };
}

/** A whole-body CT beside a few slices of it. */
async function ofVolume(name, preprocessing) {
  await useBackend('ort');
  await saveNetwork(at('small.safetensors'), undefined, smallNetwork(), preprocessing);
  for (const slices of [8, 700]) await makeVolume(at(`${slices}.nii`), slices);
  const run = (slices, threshold) =>
    predict(
      ...[at(`${slices}.nii`), '--model', at('small.safetensors'), '--output', at('out.nii.gz')],
      ...['--probabilities', '--uncertainty', '--lesions', at('out.json')],
      ...['--threshold', String(threshold), '--minimum-volume', '1.5', '--fill-holes'],
    );
  const few = run(8, 0.5);
  const { voxels } = await readVolume(at('out_probability.nii.gz'));
  // So that one voxel in a thousand is found, most of them alone.
  const all = run(700, voxels.data.sort()[Math.floor(0.999 * voxels.data.length)]);
  const volume = 4 * 700 * 512 * 512;
  console.log(
    `${name}: ${megabytes(all.bytes)} at most in ${all.seconds.toFixed(0)} s, ${megabytes(few.bytes)} of it for a few slices; ${((all.bytes - few.bytes) / volume).toFixed(2)} × the volume in float32 (${megabytes(volume)})`,
  );
}

async function ofPhotograph() {
  await useBackend('ort');
  const settings = {
    encoder: 'resnext50_32x4d',
    decoder: 'deeplabv3',
    attention: 'esca',
    classes: 2,
  };
  const network = createModel({ ...settings, inputShape: [null, null, 3] });
  const normalization = { name: 'imagenet', maxPixelValue: 255 };
  await saveNetwork(at('sts-net.safetensors'), settings, network, { normalization });
  const pixels = Uint8Array.from({ length: 2848 * 4288 * 3 }, (_, i) => (i * 2654435761) >>> 24);
  await writeImage(at('photo.png'), ndarray(pixels, [2848, 4288, 3]));
  const { bytes, seconds } = predict(
    ...[at('photo.png'), '--model', at('sts-net.safetensors'), '--output', at('out.png')],
    '--probabilities',
  );
  console.log(`photo, 4288 × 2848: ${megabytes(bytes)} at most in ${seconds.toFixed(0)} s`);
}

const window = { normalization: { name: 'window', low: -1000, high: 1000 } };
const measured = {
  ct: () => ofVolume('ct, 512 × 512 × 700', window),
  spacing: () =>
    ofVolume('ct at 1 mm', { ...window, orientation: 'LPS', spacing: { inPlane: [1, 1] } }),
  photo: ofPhotograph,
};
try {
  const names = process.argv.slice(2);
  for (const name of names.length === 0 ? Object.keys(measured) : names) await measured[name]();
} finally {
  rmSync(folder, { recursive: true });
}
