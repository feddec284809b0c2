// STS-Net (ResNeXt50-32x4d, DeepLabV3, output stride 8, channel attention) on the `ort` backend:
// training steps (forward, backward, AdamW) or predictions, against the `wasm` backend and PyTorch.
//
//   npm run build && node bench/ort.mjs train|predict SIZE BATCH [ROUNDS] [THREADS]
//   PYTHON=venv/bin/python node bench/ort.mjs predict 480 1     # a Python that has torch
//   WASM=1 node bench/ort.mjs train 256 4                       # wasm takes minutes
//
// Every engine runs in a process of its own, one after the other. Prints medians of wall-clock and
// of processor time, peak memory, and ratios to `ort`. For `predict`, with torch and onnx installed,
// ONNX Runtime also runs the file that PyTorch exports.
//
// Last measured (onnxruntime-node 1.30.0, PyTorch 2.13.0, two cores otherwise idle, 2 threads; wall-clock,
// times of `ort` are 1):
//   predict 480 1: torch 1.26, exported file 1.03
//   train 256 4:   torch 0.86; peak 2.9 GB, torch 2.9 GB
//   train 480 2:   torch 0.88; peak 4.4 GB, torch 4.8 GB
// On a processor of another make, with PyTorch 2.14.1: 1.28 and 0.93; train 256 4: torch 0.77.
// Against `wasm` with the kernels of @sts-net/backend (tools/engines/bench.mjs train 256 2, in turns): wasm 3.1.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const self = fileURLToPath(import.meta.url);
const [what = 'train', size = '256', batch = '4', rounds = '3', threads = '2', engine] =
  process.argv.slice(2);

if (engine === undefined) compare();
else console.log(JSON.stringify(await measure(engine)));

function compare() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-ort-'));
  const exported = join(folder, 'torch.onnx');
  const arguments_ = [what, size, batch, rounds, threads];
  const run = (command, args) => {
    const { stdout, status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    const line = stdout?.trim().split('\n').at(-1);
    if (status === 0) return JSON.parse(line);
    console.log(`not measured: ${command} ${args[0]}: ${stderr?.trim().split('\n').at(-1)}`);
    return undefined;
  };
  const results = { ort: run(process.execPath, [self, ...arguments_, 'ort']) };
  const python = process.env.PYTHON ?? 'python3';
  const script = fileURLToPath(new URL('ort-torch.py', import.meta.url));
  const torch = [script, ...arguments_, ...(what === 'predict' ? [exported] : [])];
  results.torch = run(python, torch);
  if (existsSync(exported)) {
    results['exported file'] = run(process.execPath, [self, ...arguments_, exported]);
  }
  if (process.env.WASM) results.wasm = run(process.execPath, [self, ...arguments_, 'wasm']);
  rmSync(folder, { recursive: true });

  const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
  console.log(`${what}, ${size}×${size}, batch ${batch}, ${threads} threads`);
  for (const [name, result] of Object.entries(results)) {
    if (result === undefined) continue;
    const ratio = (key) => (median(result[key]) / median(results.ort[key])).toFixed(2);
    console.log(
      `${name.padEnd(14)} ${median(result.seconds).toFixed(2)} s (${ratio('seconds')} × ort), processor ${median(result.processor).toFixed(2)} s (${ratio('processor')} × ort), peak ${result.peakMB.toFixed(0)} MB${result.first === undefined ? '' : `, first ${result.first.toFixed(1)} s of which compiling ${result.compiling.toFixed(1)} s`}`,
    );
  }
}

async function measure(name) {
  const { step, compiling } = name.endsWith('.onnx')
    ? await exportedStep(name)
    : await tfStep(name);
  const seconds = [];
  const processor = [];
  for (let i = 0; i <= Number(rounds); i++) {
    const wall = performance.now();
    const used = process.cpuUsage();
    await step();
    const { user, system } = process.cpuUsage(used);
    seconds.push((performance.now() - wall) / 1e3);
    processor.push((user + system) / 1e6);
  }
  return {
    first: seconds[0],
    compiling: compiling(),
    seconds: seconds.slice(1),
    processor: processor.slice(1),
    peakMB: process.resourceUsage().maxRSS / 1024,
  };
}

async function exportedStep(file) {
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const session = await InferenceSession.create(file, { intraOpNumThreads: Number(threads) });
  const shape = [Number(batch), 3, Number(size), Number(size)];
  const data = new Float32Array(shape.reduce((a, b) => a * b)).fill(0.5);
  const feeds = { [session.inputNames[0]]: new Tensor('float32', data, shape) };
  return { step: () => session.run(feeds), compiling: () => 0 };
}

async function tfStep(name) {
  const { default: tf } = await import('@tensorflow/tfjs-core');
  const { createEncoder } = await import('@sts-net/backbones');
  const { createDecoder } = await import('@sts-net/decoders');
  const { esca } = await import('@sts-net/layers-esca');
  const { default: tfl } = await import('@tensorflow/tfjs-layers');
  const { registerOrtBackend } = await import('@sts-net/tfjs-backend-ort');
  const { registerWasmTrainingKernels } = await import('@sts-net/backend');
  if (name === 'ort') await registerOrtBackend({ threads: Number(threads) });
  else await registerWasmTrainingKernels();
  await tf.setBackend(name);
  const side = Number(size);
  const image = tfl.input({ shape: [side, side, 3] });
  const { features } = createEncoder('resnext50_32x4d', {
    input: image,
    outputStride: 8,
    attention: () => esca(),
  });
  const outputs = createDecoder('deeplabv3', features, { classes: 2 });
  const model = tfl.model({ inputs: image, outputs });
  const x = tf.randomUniform([Number(batch), side, side, 3], 0, 1, 'float32', 1);
  const compiling = () =>
    name === 'ort' ? tf.backend().statistics().compileMilliseconds / 1e3 : 0;
  if (what === 'predict') {
    if (name === 'ort') await tf.backend().freeze(model.getWeights());
    const step = async () => {
      const logits = tf.tidy(() => model.apply(x));
      await logits.data();
      logits.dispose();
    };
    return { step, compiling };
  }
  if (name === 'ort') await tf.backend().flush();
  const y = tf.tidy(() => {
    const inside = tf.cast(tf.greater(tf.mean(x, 3), 0.5), 'int32');
    return tf.cast(tf.oneHot(inside, 2), 'float32');
  });
  const variables = model.trainableWeights.map((weight) => weight.val);
  const slots = variables.map((one) => ({ m: tf.zerosLike(one), v: tf.zerosLike(one) }));
  let count = 0;
  const step = async () => {
    count++;
    const loss = tf.tidy(() => {
      const { value, grads } = tf.variableGrads(
        () => tf.losses.softmaxCrossEntropy(y, model.apply(x, { training: true })),
        variables,
      );
      variables.forEach((variable, i) => {
        const next = adamW(tf, variable, grads[variable.name], slots[i], count);
        variable.assign(next.value);
        tf.dispose(slots[i]);
        slots[i] = { m: tf.keep(next.m), v: tf.keep(next.v) };
      });
      return value;
    });
    await loss.data();
    loss.dispose();
  };
  return { step, compiling };
}

function adamW(tf, value, gradient, { m, v }, step) {
  const [learningRate, beta1, beta2, epsilon, weightDecay] = [1e-4, 0.9, 0.999, 1e-8, 0.01];
  if (tf.getKernel('StsAdamW', tf.getBackend())) {
    const settings = { learningRate, beta1, beta2, epsilon, weightDecay, step };
    const [next, newM, newV] = tf
      .engine()
      .runKernel('StsAdamW', { value, gradient, m, v }, settings);
    return { value: next, m: newM, v: newV };
  }
  const newM = tf.add(tf.mul(m, beta1), tf.mul(gradient, 1 - beta1));
  const newV = tf.add(tf.mul(v, beta2), tf.mul(tf.square(gradient), 1 - beta2));
  const root = tf.add(tf.div(tf.sqrt(newV), Math.sqrt(1 - beta2 ** step)), epsilon);
  const change = tf.mul(tf.div(newM, root), learningRate / (1 - beta1 ** step));
  const kept = tf.mul(value, 1 - learningRate * weightDecay);
  return { value: tf.sub(kept, change), m: newM, v: newV };
}
