// Exports networks as ONNX files with inputs and the logits that they should give, for check-onnx.py:
// the paper's decoders, ResNeXt50, a transformer and two attentions; with --full every decoder and attention and all
// encoders of the paper, for any size and for one.
//
//   npm run build && node tools/engines/export-onnx.mjs FOLDER [--full]
//
// Weights are random, with running statistics measured on the inputs, so that no map dies out.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { decoders } from '@sts-net/decoders';
import * as tf from '@tensorflow/tfjs-core';
import { createModel, exportModel } from 'sts-net';

const [folder, ...options] = process.argv.slice(2);
const full = options.includes('--full');
await useBackend('ort');

const papers = ['deeplabv3', 'deeplabv3plus', 'unet', 'unetplusplus', 'pan'];
const encoders = full
  ? ['efficientnet-b0', 'dpn68', 'resnet50', 'resnext50_32x4d']
  : ['resnext50_32x4d'];
const attentions = full ? ['esca', 'se', 'cbam', 'gct', 'srm'] : ['esca', 'cbam'];
const networks = [
  ...(full ? Object.keys(decoders) : papers).map((decoder) => ['mobilenet_v2', decoder, 'none']),
  ...encoders.map((encoder) => [encoder, 'unet', 'none']),
  ['mit_b0', 'segformer', 'none'],
  ...attentions.map((attention) => ['mobilenet_v2', 'unet', attention]),
];
const cases = [];
for (const [encoder, decoder, attention] of networks) {
  const settings = { encoder, decoder, attention, classes: 2 };
  const model = createModel({ ...settings, inputShape: [null, null, 3] });
  const described = { model, network: settings, preprocessing: {} };
  // Multiples of 128, so that a file for any size need not pad differently than the network does.
  const sizes = [
    [1, 128, 256],
    [2, 128, 128],
  ];
  for (let i = 0; i < 3; i++) await settle(model, sizes[1], i);
  for (const size of full ? [null, [128, 256]] : [null]) {
    const name = `${encoder} ${decoder} ${attention} ${size?.join('x') ?? 'any'}`.replaceAll(
      '/',
      '-',
    );
    writeFileSync(join(folder, `${name}.onnx`), await exportModel(described, { size }));
    const runs = [];
    for (const shape of size === null ? sizes : sizes.slice(0, 1)) {
      const x = tf.randomUniform([...shape, 3], -1, 1, 'float32', 1);
      const y = tf.tidy(() => model.apply(x, { training: false }));
      const run = { input: `${name} ${shape}.x`, output: `${name} ${shape}.y`, shape: x.shape };
      writeFileSync(join(folder, run.input), await x.data());
      writeFileSync(join(folder, run.output), await y.data());
      tf.dispose([x, y]);
      runs.push(run);
    }
    cases.push({ name, model: `${name}.onnx`, runs });
  }
  model.dispose();
}
writeFileSync(join(folder, 'cases.json'), JSON.stringify(cases));

/** A forward pass in training, which moves the running statistics. */
async function settle(model, shape, seed) {
  const y = tf.tidy(() =>
    model.apply(tf.randomUniform([...shape, 3], -1, 1, 'float32', seed), { training: true }),
  );
  await y.data();
  y.dispose();
}
