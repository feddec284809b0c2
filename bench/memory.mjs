// Memory that a training step takes, which `sts-net plan` reckons with: the peak of the process after
// three steps, less what it holds with the network alone, a batch pixel.
//
//   npm run build && node bench/memory.mjs ENCODER DECODER SIDE BATCH [predict]
//
// With `predict`, of a prediction, which \`sts-net predict\` reckons with; beside it the values of the largest
// layer's output, a pixel of the image.
import { useBackend } from '@sts-net/backend';
import { createModel, layerStatistics, predictorOf } from '@sts-net/model';
import { createLoss, createOptimizer, groupWeights, trainStep } from '@sts-net/training';

const [encoder, decoder, sideText, batchText, purpose] = process.argv.slice(2);
const [side, count] = [Number(sideText), Number(batchText)];
await useBackend('ort');
const model = createModel({
  encoder,
  decoder,
  attention: 'esca',
  classes: 2,
  inputShape: [side, side, 3],
});
const adamw = { name: 'adamw', betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0.01 };
const options = {
  model,
  optimizer: createOptimizer(adamw, groupWeights(model)),
  loss: createLoss('dice-cross-entropy'),
};
const predictor = predictorOf(model);
if (purpose === 'predict') await predictor.predict(new Float32Array(64 * 64 * 3), [1, 64, 64, 3]);
const before = process.memoryUsage().rss;
const images = Float32Array.from({ length: count * side * side * 3 }, (_, i) => Math.sin(i));
const labels = new Float32Array(count * side * side * 2);
for (let i = 0; i < labels.length; i += 2) labels[i + (images[i] > 0.5 ? 1 : 0)] = 1;
const batch = { images, labels, count, height: side, width: side, channels: 3, classes: 2 };
for (let step = 1; step <= 3; step++) {
  if (purpose === 'predict') await predictor.predict(images, [count, side, side, 3]);
  else await trainStep(options, batch, 1e-3);
}
const peak = process.resourceUsage().maxRSS * 1024;
const mega = (bytes) => (bytes / 2 ** 20).toFixed(0);
const perPixel = (peak - before) / (count * side * side) / 1024;
console.log(
  `${encoder} ${decoder} ${side}² × ${count}: ${mega(before)} MiB before, ${mega(peak)} MiB at most, ${perPixel.toFixed(1)} KiB a pixel`,
);
if (purpose === 'predict') {
  const values = layerStatistics(model).map(({ outputShape }) =>
    outputShape.reduce((a, b) => a * b),
  );
  console.log(
    `${(Math.max(...values) / side ** 2).toFixed(0)} values of the largest layer a pixel`,
  );
}
