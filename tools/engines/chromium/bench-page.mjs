// Training steps in the browser, the engines in turns: seconds of each step by case and engine.
import { useBackend } from '@sts-net/backend';
import { batchNormTraining, conv2d, relu } from '@sts-net/layers-core';
import { createModel } from '@sts-net/model';
import { registerOrtBackend } from '@sts-net/tfjs-backend-ort/web';
import { createOptimizer, groupWeights } from '@sts-net/training';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { bottleneckOfJax } from './bench-jax.mjs';

const { rounds, threads } = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const engines = { wasm: 'wasm + our kernels', ort: 'ort (onnxruntime-web, WASM)' };
try {
  setWasmPaths('/tfjs/');
  const { threads: tfjsThreads } = await useBackend('wasm');
  await registerOrtBackend({ provider: 'wasm', wasmPaths: '/ort/', threads });
  const seconds = {};
  for (const [title, prepare] of Object.entries({ bottleneck, 'MobileNetV2 + U-Net': network })) {
    const steps = {};
    for (const [name, label] of Object.entries(engines)) {
      await tf.setBackend(name);
      const step = prepare();
      steps[label] = async () => {
        await tf.setBackend(name);
        await step();
      };
    }
    if (title === 'bottleneck') steps['jax-js (WASM)'] = await bottleneckOfJax();
    seconds[title] = await inTurns(steps);
  }
  await send({ seconds, tfjsThreads, isolated: globalThis.crossOriginIsolated });
} catch (error) {
  await send({ error: String(error?.stack ?? error) });
}

/** Two rounds warm up. */
async function inTurns(steps) {
  const seconds = Object.fromEntries(Object.keys(steps).map((name) => [name, []]));
  for (let round = -2; round < rounds; round++) {
    for (const [name, step] of Object.entries(steps)) {
      const start = performance.now();
      await step();
      if (round >= 0) seconds[name].push((performance.now() - start) / 1000);
    }
  }
  return seconds;
}

/** A block of ResNeXt50-32x4d's second stage at 48², batch 4, with plain gradient descent. */
function bottleneck() {
  const x = tf.randomUniform([4, 48, 48, 256], -1, 1, 'float32', 1);
  const weights = [
    [1, 1, 256, 128],
    [3, 3, 4, 128],
    [1, 1, 128, 256],
  ].map((shape, i) => tf.variable(tf.randomUniform(shape, -0.05, 0.05, 'float32', i)));
  const scales = [128, 128, 256].map((size) => [
    tf.variable(tf.ones([size])),
    tf.variable(tf.zeros([size])),
  ]);
  const variables = [...weights, ...scales.flat()];
  const forward = () => {
    let y = x;
    weights.forEach((weight, i) => {
      const options = i === 1 ? { groups: 32, padding: [1, 1, 1, 1] } : {};
      y = batchNormTraining(conv2d(y, weight, options), ...scales[i], 1e-5).y;
      if (i < 2) y = relu(y);
    });
    return tf.mean(tf.square(relu(tf.add(y, x))));
  };
  return async () => {
    const loss = tf.tidy(() => {
      const { value, grads } = tf.variableGrads(forward, variables);
      for (const one of variables) one.assign(tf.sub(one, tf.mul(grads[one.name], 1e-3)));
      return value;
    });
    await loss.data();
    loss.dispose();
  };
}

/** MobileNetV2 + U-Net at 96², batch 4, with AdamW. */
function network() {
  const model = createModel({
    encoder: 'mobilenet_v2',
    decoder: 'unet',
    classes: 2,
    inputShape: [96, 96, 3],
  });
  const x = tf.randomUniform([4, 96, 96, 3], 0, 1, 'float32', 1);
  const y = tf.tidy(() => {
    const inside = tf.cast(tf.greater(tf.mean(x, 3), 0.5), 'int32');
    return tf.cast(tf.oneHot(inside, 2), 'float32');
  });
  const variables = model.trainableWeights.map((weight) => weight.val);
  const adamw = { name: 'adamw', betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0.01 };
  const optimizer = createOptimizer(adamw, groupWeights(model));
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

async function send(result) {
  await fetch('/result', { method: 'POST', body: JSON.stringify(result) });
}
