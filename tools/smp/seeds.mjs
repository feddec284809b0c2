// Trains a network of sts-net from five seeds on one real patient and scores it on another that it has
// not seen, beside what seeds.py trains in PyTorch from the same weights on the same batches:
//
//     npm run build
//     node tools/smp/seeds.mjs train FOLDER [NETWORK [STEPS [SEEDS]]]
//     python tools/smp/seeds.py FOLDER
//     node tools/smp/seeds.mjs score FOLDER
//
// The last prints Dice and lesion F1 of each, and fails if the mean of sts-net is below PyTorch's by more
// than the standard deviation over PyTorch's seeds.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import {
  emptyImages,
  mostLikely,
  predictSamples,
  wholeSample,
  writeImage,
} from '@sts-net/inference';
import { confusion, dice, lesionWise } from '@sts-net/metrics';
import { createModel, predictorOf } from '@sts-net/model';
import ndarray from 'ndarray';
import { readSafetensors, saveSafetensors, writeSafetensors } from 'sts-net';
import { networks, optimizer, readPatient, trainOn } from './real-patches.mjs';

const [command, folder, name = 'mobilenet_v2+unet', count = '150', seeds = '5'] =
  process.argv.slice(2);
const unseen = await readPatient('patient26');
const [rows, columns] = unseen.samples[0].mask.shape;
const size = [unseen.samples.length, rows, columns];
await (command === 'score' ? score() : train());

async function train() {
  const patient = await readPatient('patient19');
  const steps = Number(count);
  mkdirSync(folder, { recursive: true });
  await useBackend();
  await writeSafetensors(join(folder, 'unseen.images'), new Map([['images', images()]]));
  for (let seed = 1; seed <= Number(seeds); seed++) {
    const path = join(folder, `${name}+${seed}`);
    const network = networks[name];
    const model = createModel({ ...network, classes: 2, seed, inputShape: [null, null, 3] });
    await saveSafetensors(model, `${path}.start`);
    const patch = { size: [96, 96], lesionShare: 0.5 };
    const loss = 'cross-entropy';
    const { batches, curve } = await trainOn(patient, model, { loss, steps, seed, patch });
    await writeSafetensors(`${path}.batches`, batches);
    const labels = new Float32Array(size.reduce((a, b) => a * b));
    let at = 0;
    for await (const one of predictSamples(predictorOf(model), unseen)) {
      labels.set(mostLikely(one).data, at);
      at += rows * columns;
    }
    await writeSafetensors(`${path}.ours`, new Map([['labels', { shape: size, data: labels }]]));
    writeFileSync(`${path}.json`, JSON.stringify({ ...network, loss, optimizer, curve }));
    model.dispose();
    console.log(`${name}, seed ${seed}: loss ${curve.at(-1).loss.toFixed(4)}`);
  }
}

function images() {
  const batch = emptyImages({ count: size[0], height: rows, width: columns, channels: 3 });
  for (const [i, { image }] of unseen.samples.entries()) {
    writeImage(image, unseen.normalization, wholeSample, batch, i);
  }
  return { shape: [...size, 3], data: batch.images };
}

async function score() {
  const truth = ndarray(new Uint8Array(size.reduce((a, b) => a * b)), size);
  for (const [i, { mask }] of unseen.samples.entries()) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        truth.set(i, row, column, mask.get(row, column));
      }
    }
  }
  const scores = { ours: [], torch: [] };
  for (const file of readdirSync(folder).sort()) {
    const [, program] = /\.(ours|torch)$/.exec(file) ?? [];
    if (program === undefined) continue;
    const { data } = (await readSafetensors(join(folder, file))).get('labels');
    const prediction = ndarray(Uint8Array.from(data), size);
    const one = {
      dice: dice(confusion(prediction, truth)),
      f1: lesionWise(prediction, truth).f1,
    };
    scores[program].push(one);
    console.log(`${file}: Dice ${one.dice.toFixed(4)}, lesion F1 ${one.f1.toFixed(4)}`);
  }
  for (const key of ['dice', 'f1']) {
    const [ours, torch] = [scores.ours, scores.torch].map((all) => spread(all.map((s) => s[key])));
    const line = (one) => `${one.mean.toFixed(4)} ± ${one.deviation.toFixed(4)}`;
    const isBehind = ours.mean < torch.mean - torch.deviation;
    console.log(
      `${key}: sts-net ${line(ours)}, PyTorch ${line(torch)}${isBehind ? ' BEHIND' : ''}`,
    );
    if (isBehind) process.exitCode = 1;
  }
}

function spread(values) {
  const mean = values.reduce((a, b) => a + b) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}
