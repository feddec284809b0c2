import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test, vi } from 'vitest';
import { type OrtBackend, registerOrtBackend } from '../src/index.ts';
import { positive, random } from './against-cpu.ts';

const optimizers: Readonly<Record<string, () => tf.Optimizer>> = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.05, 0.9),
  nesterov: () => tf.train.momentum(0.05, 0.8, true),
  adam: () => tf.train.adam(0.02, 0.8, 0.95, 1e-6),
  'adam by default': () => tf.train.adam(),
  adamax: () => tf.train.adamax(0.02, 0.8, 0.95, 1e-6, 0.1),
  rmsprop: () => tf.train.rmsprop(0.02),
  'rmsprop with momentum': () => tf.train.rmsprop(0.02, 0.8, 0.7, 1e-6),
  'rmsprop, centered': () => tf.train.rmsprop(0.02, 0.8, 0.7, 1e-3, true),
  adagrad: () => tf.train.adagrad(0.1, 0.2),
  adadelta: () => tf.train.adadelta(0.5, 0.9),
};

const shapes = [[4], [], [3, 4], [1], [2, 3, 1, 4], [5], [0, 2]];

/** Weights of many shapes, a loss of them, and what they have become. */
function weightsOf(shapesOfThem: number[][] = shapes) {
  const variables = shapesOfThem.map((shape, i) => tf.variable(random(shape, i + 1)));
  const goals = shapesOfThem.map((shape, i) => positive(shape, i + 50));
  const loss = (): tf.Scalar =>
    tf.addN(
      variables.map((one, i) => tf.sum(tf.square(tf.sub(tf.mul(one, goals[i]!), 0.3)))),
    ) as tf.Scalar;
  const read = async () => Promise.all(variables.map(async (one) => Array.from(await one.data())));
  return { variables, loss, read, dispose: () => tf.dispose([...variables, ...goals]) };
}

type Steps = (optimizer: tf.Optimizer, weights: ReturnType<typeof weightsOf>) => unknown;

/** Weights after some steps, the optimiser's own weights, and its kernels. */
async function trained(backend: string, make: () => tf.Optimizer, steps: Steps) {
  await tf.setBackend(backend);
  const before = tf.memory().numTensors;
  const weights = weightsOf();
  const optimizer = make();
  const runKernel = vi.spyOn(tf.engine(), 'runKernel');
  await steps(optimizer, weights);
  const kernelNames = runKernel.mock.calls.map(([name]) => name);
  runKernel.mockRestore();
  const values = await weights.read();
  const state = [];
  // TensorFlow.js has no way to save Adamax.
  const saved = optimizer.getClassName() === 'Adamax' ? [] : await optimizer.getWeights();
  for (const { name, tensor } of saved) {
    state.push({ name: name.replace(/\d+/, ''), values: Array.from(await tensor.data()) });
    if (name === 'iter') tensor.dispose();
  }
  weights.dispose();
  optimizer.dispose();
  const left = tf.memory().numTensors - before;
  return { values, state, kernelNames, left };
}

async function compare(make: () => tf.Optimizer, steps: Steps) {
  const expected = await trained('cpu', make, steps);
  const actual = await trained('ort', make, steps);
  expect(actual.values.flat()).toBeAllclose(expected.values.flat(), { rtol: 2e-6, atol: 2e-6 });
  expect(actual.state.map(({ name }) => name)).toEqual(expected.state.map(({ name }) => name));
  expect(actual.state.flatMap(({ values }) => values)).toBeAllclose(
    expected.state.flatMap(({ values }) => values),
    { rtol: 1e-5, atol: 1e-6 },
  );
  expect(actual.left).toBe(expected.left);
  return actual;
}

describe.each(Object.entries(optimizers))("%s (oracle: TensorFlow.js's on cpu)", (_name, make) => {
  test('by `minimize`, at a rate that changes', async () => {
    await compare(make, (optimizer, { loss, variables }) => {
      const fields = optimizer as unknown as { learningRate: number };
      for (let i = 0; i < 6; i++) {
        optimizer.minimize(loss, false, variables.slice(0, 6));
        const rate = fields.learningRate * 0.8;
        if ('setLearningRate' in optimizer) (optimizer as tf.SGDOptimizer).setLearningRate(rate);
        else fields.learningRate = rate;
      }
    });
  });

  test('one kernel makes the step, of gradients in a list with gaps or by name', async () => {
    const { kernelNames } = await compare(make, (optimizer, { loss, variables }) => {
      for (let i = 0; i < 4; i++) {
        tf.tidy(() => {
          const { grads } = tf.variableGrads(loss, variables.slice(0, 6));
          const list = variables.slice(0, 6).map(({ name }, at) => ({
            name,
            tensor: (at === i ? null : grads[name]) as tf.Tensor,
          }));
          optimizer.applyGradients(i % 2 === 0 ? list : grads);
        });
      }
    });
    expect(kernelNames).toContain('StsUpdate');
  });

  test('of weights that have no elements, or lie on another backend', async () => {
    await compare(make, (optimizer, { loss, variables }) => {
      for (let i = 0; i < 2; i++) optimizer.minimize(loss, false, variables);
    });
    await tf.setBackend('cpu');
    const weights = weightsOf();
    const optimizer = make();
    const grads = tf.variableGrads(weights.loss, weights.variables).grads;
    await tf.setBackend('ort');
    optimizer.applyGradients(grads);
    const moved = await weights.read();
    const same = await trained('cpu', make, (one, { loss, variables }) =>
      one.minimize(loss, false, variables),
    );
    expect(moved.flat()).toBeAllclose(same.values.flat(), { rtol: 2e-6, atol: 2e-6 });
    weights.dispose();
    optimizer.dispose();
    tf.dispose(grads);
  });
});

const savable = Object.entries(optimizers).filter(([name]) => name !== 'adamax');
describe.each(savable)("%s (oracle: TensorFlow.js's on cpu)", (_name, make) => {
  test('saved and restored between two steps', async () => {
    await compare(make, async (optimizer, { loss, variables }) => {
      const some = variables.slice(0, 6);
      for (let i = 0; i < 3; i++) optimizer.minimize(loss, false, some);
      const saved = await optimizer.getWeights();
      const next = make();
      await next.setWeights(saved);
      for (let i = 0; i < 3; i++) next.minimize(loss, false, some);
      if ('iter' === saved[0]?.name) saved[0].tensor.dispose();
    });
  });
});

test('other backends keep the optimisers they have', async () => {
  const { kernelNames } = await trained('cpu', optimizers['adam']!, (optimizer, weights) => {
    optimizer.minimize(weights.loss, false, weights.variables);
  });
  expect(kernelNames).not.toContain('StsUpdate');
});

test('it is replaced once, however often the backend is registered', async () => {
  const { applyGradients } = tf.AdamOptimizer.prototype;
  await tf.setBackend('cpu');
  tf.removeBackend('ort');
  await registerOrtBackend({ threads: 1 });
  expect(tf.AdamOptimizer.prototype.applyGradients).toBe(applyGradients);
});

test('a step in which a weight stands twice is as on cpu', async () => {
  await compare(optimizers['momentum']!, (optimizer, { loss, variables }) => {
    const [first] = variables as [tf.Variable];
    const { grads } = tf.variableGrads(loss, [first]);
    const twice = [0, 1].map(() => ({ name: first.name, tensor: grads[first.name]! }));
    optimizer.applyGradients(twice);
  });
});

test('the first step has the structure of the others, whatever order filters lie in', async () => {
  await tf.setBackend('ort');
  const backend = tf.backend() as OrtBackend;
  const [filter, bias] = [tf.variable(random([3, 3, 2, 4])), tf.variable(random([4]))];
  const x = random([1, 8, 8, 2]) as tf.Tensor4D;
  const adam = tf.train.adam();
  const before = backend.statistics().compiles;
  for (let i = 0; i < 5; i++) {
    const loss = () =>
      tf.mean(tf.square(tf.add(tf.conv2d(x, filter as never, 1, 'same'), bias))) as tf.Scalar;
    adam.minimize(loss, false, [filter, bias]);
    await bias.data();
  }
  expect(backend.statistics().compiles - before).toBe(1);
});
