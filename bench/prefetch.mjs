// Training steps on the `ort` backend with data from disk against data in memory: STS-Net
// (ResNeXt50-32x4d, ESCA, DeepLabV3) and MobileNetV2 + U-Net, batches made between the steps (`0`) or
// by worker threads while they run (`1`, `2`).
//
//   npm run build && node bench/prefetch.mjs [SIZE] [BATCH] [ROUNDS] [NETWORKS] [VARIANTS] [online]
//   node bench/prefetch.mjs 256 4 9 light,sts-net nii.gz:0,nii.gz:1,cache:1 online
//
// The cases are those that come with `sts-net`; `nii.gz` reads and preprocesses them for every batch,
// `cache` takes them from `data.cache`, and neither keeps more than one in memory. With `online`, samples
// are turned, magnified and changed in contrast when they are drawn.
//
// Each network has a process of its own, in which the steps of all variants take turns, each between two
// steps with data in memory, so that what else runs on the machine touches them alike. A step with
// threads lasts until its loss is there and the next batch is made: so long is the time from step to step
// of a training. Prints medians of the ratios to the two neighbours, by wall-clock and by processor time.
//
// Last measured (onnxruntime-node 1.30.0, Node.js 20.20.2, two processors, load of two to four): 256 4, five rounds
// of sts-net, step 7.1 s: nii.gz:1 1.04, processor 1.09; cache:1 0.97. Seven of light, step 0.88 s: nii.gz:1 1.22,
// cache:1 1.03: on two cores decoding takes from the engine what it needs, in a thread too; `data.cache` is the
// remedy.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@sts-net/backend';
import { createLoss, createOptimizer, groupWeights, trainStep } from '@sts-net/training';
import { createModel } from 'sts-net';
import { batchesInThreads } from '../packages/sts-net/dist/batches/batch-threads.js';
import { CaseCache } from '../packages/sts-net/dist/cases/case-cache.js';
import { validateConfig } from '../packages/sts-net/dist/config/validate-config.js';
import { findData, prepareData } from '../packages/sts-net/dist/runs/training-data.js';

const [size = '256', batch = '4', rounds = '9', networks = 'sts-net,light', list, online] =
  process.argv.slice(2);
const models = {
  'sts-net': { encoder: 'resnext50_32x4d', decoder: 'deeplabv3', attention: 'esca' },
  light: { encoder: 'mobilenet_v2', decoder: 'unet' },
};
const variants = list ?? 'memory:1,nii.gz:0,nii.gz:1,nii.gz:2,cache:0,cache:1';
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

if (process.send === undefined) await compare();
else await measure(process.env.NETWORK);

async function compare() {
  console.log(
    `${size}×${size}, batch ${batch}${online ? ', online amplification' : ''}, medians of ${rounds} rounds, ${availableParallelism()} processors, load ${loadavg()[0].toFixed(1)}`,
  );
  for (const name of networks.split(',')) {
    const env = { ...process.env, NETWORK: name };
    const [{ seconds, making, ratios }] = await once(
      fork(process.argv[1], process.argv.slice(2), { env }),
      'message',
    );
    console.log(
      `${name}: step ${seconds.toFixed(2)} s, of it the batch from memory ${(1e3 * making).toFixed(0)} ms`,
    );
    for (const [variant, { ratio, ofProcessor, make }] of Object.entries(ratios)) {
      const between = make === null ? '' : `, of it the batch ${(1e3 * make).toFixed(0)} ms`;
      console.log(
        `  ${variant.padEnd(10)} ${ratio.toFixed(3)} × memory, processor ${ofProcessor.toFixed(3)} ×${between}`,
      );
    }
  }
}

async function measure(name) {
  await useBackend('ort');
  const folder = mkdtempSync(join(tmpdir(), 'bench-prefetch-'));
  const model = createModel({ ...models[name], classes: 2, inputShape: [null, null, 3] });
  const adamw = { name: 'adamw', betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0.01 };
  const optimizer = createOptimizer(adamw, groupWeights(model));
  const options = { model, optimizer, loss: createLoss('dice-cross-entropy') };
  const usual = await stepsOf('memory', 0, folder, options);
  const others = [];
  for (const variant of variants.split(',')) {
    const [from, workers] = variant.split(':');
    others.push([variant, await stepsOf(from, Number(workers), folder, options)]);
  }
  // The first steps compile and start threads.
  for (const { step } of [usual, ...others.map(([, one]) => one)]) await step();
  const times = [];
  const ratios = new Map(others.map(([variant]) => [variant, { seconds: [], processor: [] }]));
  let before = await usual.step();
  for (let round = 0; round < Number(rounds); round++) {
    for (const [variant, { step }] of others) {
      const own = await step();
      const after = await usual.step();
      for (const kind of ['seconds', 'processor']) {
        ratios.get(variant)[kind].push((2 * own[kind]) / (before[kind] + after[kind]));
      }
      times.push(after.seconds);
      before = after;
    }
  }
  const result = {
    seconds: median(times),
    making: median(usual.making),
    ratios: Object.fromEntries(
      others.map(([variant, { making }]) => [
        variant,
        {
          ratio: median(ratios.get(variant).seconds),
          ofProcessor: median(ratios.get(variant).processor),
          // A thread's answer waits for the engine, which has this one.
          make: variant.endsWith(':0') ? median(making) : null,
        },
      ]),
    ),
  };
  await Promise.all(others.map(([, { close }]) => close()));
  rmSync(folder, { recursive: true });
  process.send(result, () => process.exit());
}

/** What makes a step with data from there, and tells its time. */
async function stepsOf(from, workers, folder, options) {
  const side = Number(size);
  const cases = fileURLToPath(new URL('../packages/sts-net/data/open_ms', import.meta.url));
  const config = validateConfig({
    model: models['light'],
    data: {
      cases: { folder: cases, image: '{id}_FLAIR.nii.gz', mask: '{id}_GOLD.nii.gz' },
      cacheMegabytes: from === 'memory' ? 1024 * (1 + workers) : 1,
    },
    preprocessing: { size: [side, side], normalization: { name: 'nonzero' } },
    amplification: {
      method: 'none',
      online: online ? [{ name: 'affine' }, { name: 'intensity' }] : [],
    },
    training: { steps: 1e6, batchSize: Number(batch), flips: true, workers },
    output: 'run',
  });
  const found = await findData(config, cases);
  const cache = from === 'cache' ? new CaseCache({ folder }) : undefined;
  const { source, plan } = await prepareData(config, { ...found, cache });
  const threads = plan && batchesInThreads(plan, source, workers);
  const making = [];
  const made = async (step) => {
    const start = performance.now();
    const batch = await (threads ?? source).batch(step);
    making.push((performance.now() - start) / 1e3);
    return batch;
  };
  // One ahead for each thread.
  const ahead = [];
  let next = 0;
  for (; next < workers; next++) ahead.push(made(next));
  await Promise.all(ahead);
  return {
    making,
    close: async () => threads?.close(),
    async step() {
      const start = performance.now();
      const used = process.cpuUsage();
      const batch = workers === 0 ? await made(next++) : await ahead.shift();
      const running = trainStep(options, batch, 1e-4);
      if (workers > 0) ahead.push(made(next++));
      await running;
      // As many batches are made as are used: with more threads one step of each.
      await Promise.all(ahead);
      const { user, system } = process.cpuUsage(used);
      return { seconds: (performance.now() - start) / 1e3, processor: (user + system) / 1e6 };
    },
  };
}
