// STS-Net (ResNeXt50-32x4d, ESCA, DeepLabV3) on several engines, PyTorch among them: predictions, or training
// steps (forward, backward, AdamW). By the wall's clock, since engines use all processors; on one alone
// (`taskset -c 0`), which a busy machine distorts less, by processor time.
//
//   npm run build && node bench/engines.mjs train|predict SIZE BATCH [ROUNDS] [ENGINES]
//   node bench/engines.mjs train 256 2 3 ort,tensorflow,wasm
//   PYTHON=venv/bin/python node bench/engines.mjs train 256 4 5 ort,torch     # a Python that has torch
//
// On two cores with AVX-512 and little else to do (onnxruntime-node 1.30.0, PyTorch 2.14.1; nine rounds): train 256 4,
// ort 3.49 s, 1.01 of PyTorch's time (by processor time 1.00); predict 480 1, ort 0.65 s, 0.82 (0.83). Under a load of
// five, train: 0.61 (0.77).
//
// Of a training step two thirds are products of matrices at the processor's speed; what is left is memory
// traffic: with blocks that glibc does not give back (MALLOC_MMAP_THRESHOLD_=4294967296
// MALLOC_TRIM_THRESHOLD_=17179869184) a step takes 0.94 of the time.
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { compare } from './harness/compare.mjs';
import { python } from './harness/process.mjs';

const [what = 'train', size = '256', batch = '2', rounds = '3', list = 'ort,tensorflow,wasm'] =
  process.argv.slice(2);

const adamw = { name: 'adamw', betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0.01 };
const libraries = {
  ort: 'onnxruntime-node',
  tensorflow: '@tensorflow/tfjs-node',
  wasm: '@tensorflow/tfjs-backend-wasm',
};
const task = `${what === 'train' ? 'training step' : 'prediction'}, ${size}×${size}, batch ${batch}`;

async function engine(name) {
  const { useBackend } = await import('@sts-net/backend');
  const tf = (await import('@tensorflow/tfjs-core')).default;
  const { createModel } = await import('sts-net');
  const { createOptimizer, groupWeights } = await import('@sts-net/training');
  const { threads } = await useBackend(name);
  const library = libraries[name];
  const { version } = createRequire(import.meta.url)(`${library}/package.json`);
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
  return {
    versions: { [library]: `${version} (threads: ${threads})` },
    tools: { [name]: { [task]: step } },
  };
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

const processes = list
  .split(',')
  .map((name) => [
    name,
    name === 'torch' ? python('engines-torch.py', what, size, batch, task) : () => engine(name),
  ]);
await compare({
  name: `engines-${what}-${size}-${batch}`,
  clock: availableParallelism() === 1 ? 'processor' : 'wall',
  rounds: Number(rounds),
  processes: Object.fromEntries(processes),
});
