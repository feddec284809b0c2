// STS-Net (ResNeXt50-32x4d, ESCA, DeepLabV3) on several engines, PyTorch among them: predictions, or training
// steps (forward, backward, AdamW).
//
//   npm run build && node bench/engines.mjs train|predict SIZE BATCH [ROUNDS] [ENGINES]
//   node bench/engines.mjs train 256 2 3 ort,tensorflow,wasm
//   PYTHON=venv/bin/python node bench/engines.mjs train 256 4 5 ort,torch     # a Python that has torch
//
// Each engine has a process of its own. They take turns, one step each and a round at a time, so
// that what else runs on the machine touches all alike. Prints medians of wall-clock and of processor time,
// and the medians of the ratios to the first engine's step in the same round.
//
// Last measured (onnxruntime-node 1.30.0, PyTorch 2.14.1; two cores with AVX-512, little else to do; nine rounds):
// train 256 4: ort 3.49 s, torch 0.99 × (by processor time 1.00 ×); predict 480 1: ort 0.65 s, torch 1.22 ×
// (1.21 ×). Under a load of five, train: torch 1.64 × (1.30 ×). Of a training step two thirds are products of
// matrices at the processor's speed; what is left is memory traffic: with blocks that glibc does not give back
// (MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=17179869184) a step takes 0.94 of the time.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const [what = 'train', size = '256', batch = '2', rounds = '3', list = 'tensorflow,ort,wasm'] =
  process.argv.slice(2);

const adamw = { name: 'adamw', betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0.01 };

if (process.send === undefined) await compare(list.split(','));
else await serve(process.env.ENGINE);

async function compare(names) {
  const engines = [];
  for (const name of names) {
    const start = name === 'torch' ? startPython : startEngine;
    engines.push({ name, ...(await start(name)), seconds: [], processor: [] });
  }
  // The first step compiles and warms up.
  for (let round = 0; round <= Number(rounds); round++) {
    for (const { step, seconds, processor } of engines) {
      const answer = await step();
      seconds.push(answer.seconds);
      processor.push(answer.processor);
    }
  }
  console.log(`${what}, ${size}×${size}, batch ${batch}, median of ${rounds} rounds`);
  const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
  for (const { name, seconds, processor, info, stop } of engines) {
    const pairs = (key, values) =>
      median(values.slice(1).map((value, i) => value / engines[0][key][i + 1])).toFixed(2);
    console.log(
      `${name.padEnd(11)} ${median(seconds.slice(1)).toFixed(2)} s (${pairs('seconds', seconds)} × ${engines[0].name}), processor ${median(processor.slice(1)).toFixed(2)} s (${pairs('processor', processor)} ×), first ${seconds[0].toFixed(2)} s; ${info.threads} threads, ${info.device}`,
    );
    stop();
  }
}

async function startEngine(name) {
  const env = { ...process.env, ENGINE: name };
  const child = fork(process.argv[1], process.argv.slice(2), { env });
  const [info] = await once(child, 'message');
  const step = async () => {
    child.send('step');
    return (await once(child, 'message'))[0];
  };
  return { info, step, stop: () => child.disconnect() };
}

/** PyTorch answers lines with lines. */
async function startPython() {
  const script = fileURLToPath(new URL('engines-torch.py', import.meta.url));
  const child = spawn(process.env.PYTHON ?? 'python3', [script, what, size, batch], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value);
  const info = await next();
  const step = () => {
    child.stdin.write('step\n');
    return next();
  };
  return { info, step, stop: () => child.stdin.end() };
}

async function serve(name) {
  const { useBackend } = await import('@sts-net/backend');
  const tf = (await import('@tensorflow/tfjs-core')).default;
  const { createModel } = await import('sts-net');
  const { createOptimizer, groupWeights } = await import('@sts-net/training');
  const info = await useBackend(name);
  const side = Number(size);
  const model = createModel({
    encoder: 'resnext50_32x4d',
    decoder: 'deeplabv3',
    attention: { name: 'esca', kernelSize: 3 },
    classes: 2,
    inputShape: [side, side, 3],
  });
  const x = tf.randomUniform([Number(batch), side, side, 3], 0, 1, 'float32', 1);
  // As `sts-net predict` does: ONNX Runtime packs constant weights in advance.
  if (what === 'predict' && name === 'ort') await tf.backend().freeze(model.getWeights());
  const create = () => createOptimizer(adamw, groupWeights(model));
  const step = what === 'predict' ? prediction(tf, model, x) : training(tf, model, x, create);
  process.on('message', async () => {
    const start = performance.now();
    const used = process.cpuUsage();
    await step();
    const { user, system } = process.cpuUsage(used);
    process.send({
      seconds: (performance.now() - start) / 1e3,
      processor: (user + system) / 1e6,
    });
  });
  process.send(info);
}

function prediction(tf, model, x) {
  return async () => {
    const logits = tf.tidy(() => model.apply(x));
    await logits.data();
    logits.dispose();
  };
}

function training(tf, model, x, createOptimizer) {
  const y = tf.tidy(() => {
    const inside = tf.cast(tf.greater(tf.mean(x, 3), 0.5), 'int32');
    return tf.cast(tf.oneHot(inside, 2), 'float32');
  });
  const variables = model.trainableWeights.map((weight) => weight.val);
  const optimizer = createOptimizer();
  return async () => {
    const loss = tf.tidy(() => {
      const { value, grads } = tf.variableGrads(
        () => tf.losses.softmaxCrossEntropy(y, model.apply(x, { training: true })),
        variables,
      );
      optimizer.apply(grads, 1e-4);
      return value;
    });
    await loss.data();
    loss.dispose();
  };
}
