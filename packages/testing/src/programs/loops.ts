import * as tf from '@tensorflow/tfjs-core';
import * as data from '@tensorflow/tfjs-data';
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers';
import { labels, numbers, type Program } from './program.ts';

const init = (seed: number) => initializers.glorotNormal({ seed });

function perceptron(inputs: number, hidden: number) {
  return sequential({
    layers: [
      layers.dense({
        ...{ inputShape: [inputs], units: hidden, activation: 'tanh' },
        kernelInitializer: init(1),
      }),
      layers.dense({ units: 1, kernelInitializer: init(2) }),
    ],
  });
}

/** A loop of one's own: batches by `tf.slice`, `variableGrads`, gradients clipped by their norm. */
export const customLoop: Program = async ({ steps, batch }) => {
  const model = perceptron(20, 64);
  const optimizer = tf.train.momentum(0.05, 0.9, true);
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const x = numbers('rows', [steps * batch, 20]) as tf.Tensor2D;
  const y = tf.tidy(() => tf.sum(tf.square(x), 1, true)) as tf.Tensor2D;
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const loss = tf.tidy(() => {
      const xs = tf.slice(x, [step * batch, 0], [batch, 20]);
      const ys = tf.slice(y, [step * batch, 0], [batch, 1]);
      const { value, grads } = tf.variableGrads(
        () => tf.losses.meanSquaredError(ys, model.apply(xs) as tf.Tensor) as tf.Scalar,
        variables,
      );
      const squares = Object.values(grads).map((one) => tf.sum(tf.square(one)));
      const scale = tf.minimum(1, tf.div(1, tf.sqrt(tf.addN(squares))));
      const clipped = Object.entries(grads).map(
        ([name, one]) => [name, tf.mul(one, scale)] as const,
      );
      optimizer.applyGradients(Object.fromEntries(clipped) as never);
      return value;
    });
    losses.push((await loss.data())[0]!);
    loss.dispose();
  }
  model.dispose();
  optimizer.dispose();
  tf.dispose([x, y]);
  return losses;
};

/** Gradients of gradients: a penalty on how steep the network is at its inputs. */
export const secondOrder: Program = async ({ steps, batch }) => {
  const weights = [numbers('w0', [8, 16]), numbers('w1', [16, 1])].map((one) => tf.variable(one));
  const [w0, w1] = weights as unknown as [tf.Tensor2D, tf.Tensor2D];
  const f = (x: tf.Tensor) => tf.matMul(tf.sigmoid(tf.matMul(x as tf.Tensor2D, w0)), w1);
  const slope = tf.grad((x: tf.Tensor) => tf.sum(f(x)));
  const optimizer = tf.train.sgd(0.05);
  const x = numbers('points', [batch, 8]);
  const y = tf.tidy(() => tf.mean(x, 1, true));
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const loss = optimizer.minimize(() => {
      const steep = tf.sqrt(tf.sum(tf.square(slope(x)), 1));
      const penalty = tf.mean(tf.square(tf.sub(steep, 1)));
      return tf.add(tf.losses.meanSquaredError(y, f(x)), tf.mul(0.1, penalty)) as tf.Scalar;
    }, true)!;
    losses.push((await loss.data())[0]!);
    loss.dispose();
  }
  optimizer.dispose();
  tf.dispose([weights, x, y] as tf.TensorContainer);
  return losses;
};

/** `tf.data`: rows as they come, mapped, shuffled and batched, into `fitDataset`. */
export const dataset: Program = async ({ steps, batch }) => {
  const rows = steps * batch;
  const values = await numbers('stream', [rows, 6]).array();
  const targets = await labels('stream', [rows], 2).array();
  const pairs = data
    .array((values as number[][]).map((xs, i) => ({ xs, ys: [(targets as number[])[i]!] })))
    .shuffle(rows, '7')
    .map((one) => {
      const { xs, ys } = one as { xs: number[]; ys: number[] };
      return { xs: tf.mul(tf.tensor1d(xs), 2), ys: tf.tensor1d(ys) };
    })
    .batch(batch);
  const model = perceptron(6, 32);
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
  const losses: number[] = [];
  const onBatchEnd = async (_batch: number, logs?: { loss?: number }) => {
    losses.push(logs!.loss!);
  };
  await model.fitDataset(pairs as never, {
    ...{ epochs: 1, verbose: 0 },
    callbacks: { onBatchEnd } as never,
  });
  model.dispose();
  return losses;
};
