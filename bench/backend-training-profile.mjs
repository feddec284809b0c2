// Where the processor time of a training step goes on TensorFlow.js's WASM backend, kernel by kernel.
//
//   npm run build && node bench/backend-training-profile.mjs [encoder] [decoder] [size] [batch]
//
// Defaults: mobilenet_v2 unet 96 8, the light preset's network and patches.
import { useBackend } from '@sts-net/backend';
import { createLoss, createOptimizer, groupWeights } from '@sts-net/training';
import tf from '@tensorflow/tfjs-core';
import { createModel } from 'sts-net';

const [encoder = 'mobilenet_v2', decoder = 'unet', side = '96', count = '8'] =
  process.argv.slice(2);
const [size, batch] = [Number(side), Number(count)];
const STEPS = 3;

/** Processor milliseconds and calls of every kernel, by its name. */
const totals = new Map();

function milliseconds(start) {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

function instrument() {
  for (const config of tf.getKernelsForBackend('wasm')) {
    tf.unregisterKernel(config.kernelName, 'wasm');
    tf.registerKernel({
      ...config,
      kernelFunc: (args) => {
        const start = process.cpuUsage();
        const result = config.kernelFunc(args);
        const total = totals.get(config.kernelName) ?? { time: 0, calls: 0 };
        total.time += milliseconds(start);
        total.calls++;
        totals.set(config.kernelName, total);
        return result;
      },
    });
  }
}

await useBackend('wasm');
const model = createModel({
  encoder,
  decoder,
  attention: 'esca',
  classes: 2,
  inputShape: [size, size, 3],
});
const weights = groupWeights(model);
const adamw = { name: 'adamw', betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0.01 };
const optimizer = createOptimizer(adamw, weights);
const diceCrossEntropy = createLoss('dice-cross-entropy');
const images = tf.randomNormal([batch, size, size, 3], 0, 1, 'float32', 1);
const labels = tf.oneHot(
  tf.cast(tf.randomUniform([batch, size, size], 0, 2, 'float32', 2), 'int32'),
  2,
);

async function step() {
  const value = tf.tidy(() => {
    const { value, grads } = tf.variableGrads(
      () => diceCrossEntropy(labels, model.apply(images, { training: true })),
      weights.map(({ variable }) => variable),
    );
    optimizer.apply(grads, 1e-3);
    return value;
  });
  await value.data();
  value.dispose();
}

for (let i = 0; i < 2; i++) await step();
instrument();
const start = process.cpuUsage();
for (let i = 0; i < STEPS; i++) await step();
const whole = milliseconds(start) / STEPS;

console.log(`${encoder} + ${decoder}, ${batch} × ${size}×${size}: ${whole.toFixed(0)} ms a step`);
const byTime = [...totals].sort(([, a], [, b]) => b.time - a.time).slice(0, 20);
for (const [name, { time, calls }] of byTime) {
  const share = ((100 * time) / STEPS / whole).toFixed(1);
  const each = `${(time / STEPS).toFixed(1)} ms`;
  console.log(
    `${name.padEnd(28)}${each.padStart(10)}${share.padStart(7)} %${String(calls / STEPS).padStart(7)} calls`,
  );
}
