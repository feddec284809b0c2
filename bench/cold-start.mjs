// What `sts-net predict` takes beside the network, on a small volume: processor time of fresh processes, in
// turns with one that does nothing but load the same network as an ONNX file into ONNX Runtime and ask it
// about as many slices; medians. The networks were not trained.
//
//   npm run build && node bench/cold-start.mjs [rounds]
//
// Last measured, on two cores under a load of five: predict takes 0.82 s more with the light preset, 1.24 s with STS-Net;
// under loads of six to eighteen the latter is 1.3 to 1.7 s. On two idle cores with AVX2, each half as fast: 2.0 and 3.2 s, and
// 1.7 s where the model is an .onnx file. ONNX Runtime compiles STS-Net in 0.4 s there.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@sts-net/backend';
import { createModel } from '@sts-net/model';
import { createVolume, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describeModel, writeModelFile } from '../packages/sts-net/dist/runs/model-file.js';

const most = 1.5;
const [slices, side] = [8, 128];
const rounds = Number(process.argv[2] ?? 5);
const cli = fileURLToPath(new URL('../packages/sts-net/dist/cli.js', import.meta.url));
const cwd = fileURLToPath(new URL('../packages/tfjs-backend-ort', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cold-start-'));
const at = (name) => join(folder, name);
const told = `data:text/javascript,process.on('exit',()=>{const{user,system}=process.cpuUsage();console.error('cpu '+(user+system)/1e6)})`;

function seconds(args) {
  const command = ['--import', told, ...args];
  const { status, stderr } = spawnSync(process.execPath, command, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return Number(/^cpu (.*)$/m.exec(stderr)[1]);
}

const bare = `import ort from 'onnxruntime-node';
const session = await ort.InferenceSession.create(process.argv[1]);
const size = [4, ${side}, ${side}, 3];
for (let done = 0; done < ${slices}; done += 4) {
  const image = new ort.Tensor('float32', new Float32Array(4 * ${side} * ${side} * 3).fill(0.5), size);
  await session.run({ [session.inputNames[0]]: image });
}`;

const models = {
  light: { encoder: 'mobilenet_v2', decoder: 'unet', attention: 'esca', classes: 2 },
  'sts-net': { encoder: 'resnext50_32x4d', decoder: 'deeplabv3', attention: 'esca', classes: 2 },
};
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

try {
  await useBackend('ort');
  const voxels = Float32Array.from({ length: slices * side * side }, (_, i) => Math.sin(i) * 100);
  const volume = createVolume(ndarray(voxels, [slices, side, side]), { spacing: [3, 1, 1] });
  await writeVolume(at('image.nii.gz'), volume);
  const preprocessing = { axis: 0, context: 1, edge: 'triple', missing: 'error' };
  let failed = false;
  for (const [name, settings] of Object.entries(models)) {
    const network = createModel({ ...settings, inputShape: [null, null, 3] });
    const file = at(`${name}.safetensors`);
    const config = { model: settings, preprocessing };
    await writeModelFile(file, network, describeModel(config, { name: 'all' }, undefined));
    network.dispose();
    const onnx = at(`${name}.onnx`);
    seconds([cli, 'export', 'onnx', file, onnx]);
    const predict = (model) => [
      ...[cli, 'predict', at('image.nii.gz'), '--model', model, '--output', at('out.nii.gz')],
      ...['--backend', 'ort'],
    ];
    const programs = {
      'ONNX Runtime alone': ['--input-type=module', '-e', bare, onnx],
      'predict, .onnx': predict(onnx),
      predict: predict(file),
    };
    const taken = Object.fromEntries(Object.keys(programs).map((one) => [one, []]));
    for (let round = 0; round < rounds; round++) {
      for (const [one, args] of Object.entries(programs)) taken[one].push(seconds(args));
    }
    for (const [one, values] of Object.entries(taken)) {
      const more = median(values.map((own, i) => own - taken['ONNX Runtime alone'][i]));
      console.log(
        `${name.padEnd(8)} ${one.padEnd(18)} ${median(values).toFixed(2)} s, ${more.toFixed(2)} s more`,
      );
      failed ||= more > most;
    }
  }
  if (failed) {
    console.error(`predict: must take at most ${most} s of processor time more than the network`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}
