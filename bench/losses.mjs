// Training steps of STS-Net (ResNeXt50-32x4d, ESCA, DeepLabV3) on the `ort` backend, with each loss
// against cross-entropy: forward, loss with what it makes of the truth, backward, AdamW.
//
//   npm run build && node bench/losses.mjs [SIZE] [BATCH] [ROUNDS] [LOSSES]
//   node bench/losses.mjs 256 4 5 blob,boundary
//
// Each loss has a process of its own, in which its steps and those of cross-entropy take turns, so that
// what else runs on the machine touches both alike. Every sample has twelve lesions of 1 to 400 pixels.
// Prints the medians of the ratios of neighbouring steps, by wall-clock and by processor time, and what
// the maps of the truth take of the latter.
//
// Last measured (onnxruntime-node 1.30.0, two cores with little else to do, 256 4, three rounds; processor time in
// brackets): cc-dice-cross-entropy 1.042 (1.037), lovasz-softmax 1.016 (1.011), dice 1.013 (1.010),
// top-k-cross-entropy 1.009 (1.005), dice-cross-entropy 1.005 (1.002), blob 1.004 (1.005), boundary 0.998 (0.995),
// focal 0.997 (0.995), focal-tversky 0.989 (0.990), tversky 0.987 (0.993).
// The losses alone on `ort`, maps included, without the network, under a load of ten to twenty
// (cross-entropy 31 ms): lovasz-softmax 194 ms, cc-dice-cross-entropy 151 ms, blob 134 ms, the others 38 to 58 ms.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { useBackend } from '@sts-net/backend';
import { createLoss, createOptimizer, groupWeights, losses, trainStep } from '@sts-net/training';
import { createModel } from 'sts-net';

const [size = '256', batch = '4', rounds = '5', list] = process.argv.slice(2);
const [side, count, classes] = [Number(size), Number(batch), 2];

if (process.send === undefined) await compare();
else await measure(process.env.LOSS);

async function compare() {
  const names = list?.split(',') ?? Object.keys(losses).filter((one) => one !== 'cross-entropy');
  console.log(`${size}×${size}, batch ${batch}, medians of ${rounds} rounds`);
  for (const name of names) {
    const env = { ...process.env, LOSS: name };
    const [{ ratio, ofProcessor, seconds, maps }] = await once(
      fork(process.argv[1], process.argv.slice(2), { env }),
      'message',
    );
    console.log(
      `${name.padEnd(22)} ${ratio.toFixed(3)} × cross-entropy (${seconds.toFixed(2)} s), processor ${ofProcessor.toFixed(3)} ×, maps ${(1e3 * maps).toFixed(1)} ms`,
    );
  }
}

async function measure(name) {
  await useBackend('ort');
  const model = createModel({
    encoder: 'resnext50_32x4d',
    decoder: 'deeplabv3',
    attention: 'esca',
    classes,
    inputShape: [side, side, 3],
  });
  const adamw = { name: 'adamw', betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0.01 };
  const optimizer = createOptimizer(adamw, groupWeights(model));
  let step = 0;
  const seconds = async (loss) => {
    const truth = truthOf(step++);
    const start = performance.now();
    const used = process.cpuUsage();
    await trainStep({ model, optimizer, loss }, truth, 1e-4);
    return { seconds: (performance.now() - start) / 1e3, processor: processorSince(used) };
  };
  const [usual, own] = [createLoss('cross-entropy'), createLoss(name)];
  // The first steps compile.
  for (const loss of [usual, own, usual, own]) await seconds(loss);
  const ratios = { seconds: [], processor: [] };
  const times = [];
  for (let round = 0; round < Number(rounds); round++) {
    const [before, time, after] = [await seconds(usual), await seconds(own), await seconds(usual)];
    for (const kind of ['seconds', 'processor']) {
      ratios[kind].push((2 * time[kind]) / (before[kind] + after[kind]));
    }
    times.push(time.seconds);
  }
  const maps = Array.from({ length: 5 }, (_, i) => {
    const truth = truthOf(i);
    const used = process.cpuUsage();
    if (typeof own !== 'function') own.maps(truth);
    return processorSince(used);
  });
  const result = {
    ratio: median(ratios.seconds),
    ofProcessor: median(ratios.processor),
    seconds: median(times),
    maps: median(maps),
  };
  process.send(result, () => process.exit());
}

function processorSince(start) {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

/** Images of noise, with lesions of other places in each step. */
function truthOf(step) {
  const images = Float32Array.from({ length: count * side * side * 3 }, (_, i) =>
    Math.sin(i * (step + 1)),
  );
  const labels = new Float32Array(count * side * side * classes);
  for (let i = 0; i < labels.length; i += classes) labels[i] = 1;
  for (let lesion = 0; lesion < 12 * count; lesion++) {
    const edge = [1, 2, 3, 5, 8, 20][lesion % 6];
    const place = (axis) => Math.floor((side - edge) * fraction(lesion * 7 + axis + 31 * step));
    const [top, left] = [place(1), place(2)];
    for (let y = top; y < top + edge; y++) {
      for (let x = left; x < left + edge; x++) {
        const at = (((lesion % count) * side + y) * side + x) * classes;
        labels[at] = 0;
        labels[at + 1] = 1;
      }
    }
  }
  return { images, labels, count, height: side, width: side, channels: 3, classes };
}

/** A number from 0 to 1 that looks drawn. */
function fraction(n) {
  const x = Math.sin(n * 12.9898 + 4.1) * 43758.5453;
  return x - Math.floor(x);
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
