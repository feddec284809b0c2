// Whether networks learn the lesions of the sample data: each is trained for a short while on one patient with
// the loss that it has, its threshold chosen on another, and scored on a third, beside the threshold of the
// intensities that fits the training patient best.
//
//     npm run build
//     node tools/networks/learn.mjs FOLDER [NAME …]
//
// A NAME is a whole network, or ENCODER+DECODER; without any, those of `settings`: the paper's Tables 1 to 4, nnU-Net's
// and the encoders and decoders beyond the paper. Prints a row of a Markdown table for each, and fails if a loss does
// not fall or a Dice is not above the threshold's. What is trained in FOLDER already is not trained again.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readLabels } from '@sts-net/datasets';
import { readVolume } from '@sts-net/volume-io';
import { evaluateRun, train, tuneRun, useBackend, validateConfig } from 'sts-net';

/** What is not as `usual` for a network: the deeper ones, and those without normalisations, need more. */
const usual = { steps: 60, batchSize: 2, learningRate: 1e-3, patch: 80 };
const longer = { ...usual, steps: 120 };
const long = { ...usual, steps: 150, batchSize: 4 };
/** Nearly whole slices, for those that look at the image as a whole: it is larger when they predict. */
const wide = { ...usual, steps: 150, patch: 128 };
/** Deep encoders take another patient's tissue for lesions, if they saw one patient's intensities alone … */
const deep = { ...wide, online: [{ name: 'affine' }, { name: 'intensity' }] };
/** … and the deepest, if they saw one patient alone: they learn from two, and have no threshold chosen. */
const two = { ...deep, isValidated: false };
// As published, its cross-entropy is of sigmoids: it finds nothing at first, and then has no gradient.
const i2uLoss = { name: 'sigmoid-dice-cross-entropy', probabilitiesAsLogits: false };
// Its running statistics follow so slowly, as published, that they mean nothing after so few steps; and its
// cross-entropy is content with background alone for long.
const aspp = { network: { momentum: 0.1 }, loss: 'dice-cross-entropy', steps: 300 };
const settings = {
  ...{
    'plain-unet+plain-unet': {},
    'plain-unetplusplus+plain-unetplusplus': {},
    'r2unet+r2unet': {},
  },
  ...{
    m2snet: {},
    caranet: { ...two, steps: 600 },
    centroidnetv2: longer,
    denseaspp121: long,
  },
  ...{
    'denseaspp-resnet101': { ...two, ...aspp },
    'um-net': long,
    'i2u-net-m': { ...wide, loss: i2uLoss },
  },
  ...{ 'deeplabv3-afma': deep, 'msgse-net-like': { ...longer, patch: 96 } },
  ...{ 'mit-b5-stream': { ...wide, steps: 80 }, 'eh-former': { ...wide, steps: 60 } },
  ...{ 'nnunet-2d': longer, 'nnunet-resenc': deep },
  ...{ 'mit_b0+segformer': long, 'resnet18+upernet': { ...wide, batchSize: 4 } },
};
const [folder, ...given] = process.argv.slice(2);
const names = given.length > 0 ? given : Object.keys(settings);
const data = new URL('../../packages/sts-net/data/open_ms/', import.meta.url).pathname;
const patients = { training: 'patient19', validation: 'patient07', test: 'patient26' };

mkdirSync(folder, { recursive: true });
await useBackend();
const cases = {};
for (const [split, id] of Object.entries(patients)) cases[split] = await read(id);
const threshold = bestThreshold(cases.training);
const baseline = diceOf(cases.test, threshold);
console.log(
  `best threshold of the training patient ${threshold.toFixed(2)}: Dice ${baseline.toFixed(3)} on the test\n`,
);
console.log('| network | steps × samples | first losses | last losses | Dice | lesion F1 |');
console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
let failed = 0;
for (const name of names) {
  const output = join(folder, name);
  if (!existsSync(join(output, 'best.safetensors'))) await learn(name, output);
  const { steps, batchSize } = readJson(join(output, 'config.json')).training;
  const losses = lossesOf(output);
  const { dice, lesionF1 } = await score(output);
  const first = mean(losses.slice(0, 8));
  const last = mean(losses.slice(-8));
  const numbers = [first, last, dice, lesionF1].map((one) => one.toFixed(3));
  console.log(`| \`${name}\` | ${[`${steps} × ${batchSize}`, ...numbers].join(' | ')} |`);
  if (!(last < first) || !(dice > baseline)) failed++;
}
process.exitCode = failed > 0 ? 1 : 0;

async function learn(name, output) {
  const [encoder, decoder] = name.split('+');
  const own = { ...usual, ...settings[name] };
  const whole = own.network === undefined ? name : { name, ...own.network };
  const model = decoder === undefined ? { network: whole } : { encoder, decoder };
  const { steps, batchSize, learningRate, patch, loss, online = [], isValidated = true } = own;
  const config = await validateConfig({
    seed: 1,
    model: { ...model, classes: 2 },
    data: {
      cases: { folder: data, image: '{id}_FLAIR.nii.gz', mask: '{id}_GOLD.nii.gz' },
      split: { validation: isValidated ? [patients.validation] : [], test: [patients.test] },
    },
    amplification: { online },
    training: {
      ...{ steps, batchSize, patch: { size: patch }, flips: true, workers: 0 },
      ...(loss && { loss }),
      optimizer: { learningRate },
      schedule: { name: 'cosine', per: 'step' },
      ...{ validation: { every: steps }, saveEvery: steps },
    },
    output,
  });
  await train(config, { resume: true });
}

function lossesOf(output) {
  const lines = readFileSync(join(output, 'log.jsonl'), 'utf8').trim().split('\n');
  return lines
    .map((line) => JSON.parse(line))
    .flatMap(({ event, loss }) => (event === 'step' ? [loss] : []));
}

/** On the test patient, at the threshold that gives the validation patient, if there is one, the best Dice. */
async function score(output) {
  const file = join(output, 'result.json');
  if (!existsSync(file)) {
    const { split } = readJson(join(output, 'config.json')).data;
    if (split.validation.length > 0) await tuneRun(output, { aim: 'case-dice' });
    const { slices, lesions } = await evaluateRun(output, 'test', { probabilities: false });
    writeFileSync(file, JSON.stringify({ dice: slices.pooled.dice, lesionF1: lesions.f1 }));
  }
  return readJson(file);
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

async function read(id) {
  const image = await readVolume(join(data, `${id}_FLAIR.nii.gz`));
  const mask = await readLabels(join(data, `${id}_GOLD.nii.gz`), 'nonzero', { subject: 'mask' });
  return { intensities: standardised(image.voxels.data), labels: mask.voxels.data };
}

/** Mean 0 and deviation 1 over what is not 0, as the network sees it. */
function standardised(values) {
  const brain = values.filter((value) => value !== 0);
  const average = mean(brain);
  const deviation = Math.sqrt(mean(brain.map((value) => (value - average) ** 2)));
  return values.map((value) =>
    value === 0 ? Number.NEGATIVE_INFINITY : (value - average) / deviation,
  );
}

function bestThreshold(one) {
  const tried = Array.from({ length: 80 }, (_, i) => i / 20);
  return tried.reduce((best, value) => (diceOf(one, value) > diceOf(one, best) ? value : best));
}

function diceOf({ intensities, labels }, threshold) {
  let [both, sum] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    const found = intensities[i] >= threshold ? 1 : 0;
    both += found * labels[i];
    sum += found + labels[i];
  }
  return (2 * both) / sum;
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
