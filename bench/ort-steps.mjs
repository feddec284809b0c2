// Ten thousand training steps on the `ort` backend (a small U-Net with attention, AdamW, new
// images and another learning rate each step): tensors, process size and compiled graphs must not grow.
//
//   npm run build && node --expose-gc bench/ort-steps.mjs [STEPS]
//
// Prints a line for each tenth and exits with 1 where tensors grow, a graph is compiled after the
// first tenth, or the process is more than 5 % larger at the end than after it.
//
// Last measured (onnxruntime-node 1.30.0, Node.js 20.20.2): 137 tensors and one compiled graph throughout,
// 295 MB after a tenth, 284 MB at the end.
import { plain } from '@sts-net/backbones';
import { useBackend } from '@sts-net/backend';
import { createLoss, createOptimizer, groupWeights, trainStep } from '@sts-net/training';
import * as tf from '@tensorflow/tfjs-core';
import { createModel } from 'sts-net';

const steps = Number(process.argv[2] ?? 10_000);
const [count, side, classes] = [2, 16, 2];
await useBackend('ort');
const model = createModel({
  encoder: plain({ filters: [8, 16, 32] }),
  decoder: 'plain-unet',
  attention: 'esca',
  classes,
  inputShape: [side, side, 3],
});
const adamw = { name: 'adamw', betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0.01 };
const optimizer = createOptimizer(adamw, groupWeights(model));
const options = { model, optimizer, loss: createLoss('dice-cross-entropy') };

const readings = [];
for (let step = 1; step <= steps; step++) {
  const images = Float32Array.from({ length: count * side * side * 3 }, (_, i) =>
    Math.sin(i * step),
  );
  const labels = new Float32Array(count * side * side * classes);
  for (let i = 0; i < labels.length; i += classes) labels[i + (images[i] > 0.5 ? 1 : 0)] = 1;
  const batch = { images, labels, count, height: side, width: side, channels: 3, classes };
  const value = await trainStep(options, batch, 1e-3 / step);
  if (step % Math.ceil(steps / 10) > 0 && step < steps) continue;
  globalThis.gc?.();
  const megabytes = process.memoryUsage().rss / 2 ** 20;
  const { compiles } = tf.backend().statistics();
  readings.push({ tensors: tf.memory().numTensors, megabytes, compiles });
  console.log(
    `step ${step}: loss ${value.toFixed(3)}, ${tf.memory().numTensors} tensors, ${megabytes.toFixed(0)} MB, ${compiles} graphs compiled`,
  );
}
const [first, last] = [readings[0], readings.at(-1)];
const flat =
  last.tensors === first.tensors &&
  last.compiles === first.compiles &&
  last.megabytes < 1.05 * first.megabytes;
console.log(flat ? 'flat' : 'NOT FLAT');
process.exit(flat ? 0 : 1);
