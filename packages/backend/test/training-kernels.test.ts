import { expectNoNewTensors, signed } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../src/index.ts';

beforeAll(async () => {
  await useBackend('wasm');
});

/** Runs a kernel twice, checks that it leaks nothing, and returns its outputs' values. */
async function run(
  kernel: string,
  inputs: Record<string, readonly [Float32Array, readonly number[]]>,
  attrs: object,
): Promise<Float32Array[]> {
  let values: Float32Array[] = [];
  await expectNoNewTensors(async () => {
    const tensors = Object.fromEntries(
      Object.entries(inputs).map(([name, [data, shape]]) => [name, tf.tensor(data, [...shape])]),
    );
    const result = tf.engine().runKernel(kernel, tensors, attrs as tf.NamedAttrMap);
    const outputs = (Array.isArray(result) ? result : [result]) as tf.Tensor[];
    values = (await Promise.all(outputs.map((output) => output.data()))) as Float32Array[];
    tf.dispose([tensors, outputs] as tf.TensorContainer);
  });
  return values;
}

describe.each([
  [2, 5, 7, 8],
  [3, 4, 4, 3],
  [5, 1, 1, 13],
  [1, 40, 31, 6],
])('batch normalisation over %i×%i×%i positions of %i channels', (...shape) => {
  const channels = shape[3]!;
  const count = shape[0]! * shape[1]! * shape[2]!;
  const epsilon = 1e-5;
  const x = signed(`bn x ${shape}`, count * channels).map((v) => 3 * v + 5);
  const dy = signed(`bn dy ${shape}`, count * channels);
  const gamma = signed(`bn gamma ${shape}`, channels);
  const beta = signed(`bn beta ${shape}`, channels);

  const column = (values: Float32Array, c: number) =>
    Array.from({ length: count }, (_, i) => values[i * channels + c]!);
  const average = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / count;
  const means = Array.from({ length: channels }, (_, c) => average(column(x, c)));
  const variances = means.map((mean, c) => average(column(x, c).map((v) => (v - mean) ** 2)));
  const normal = (i: number) =>
    (x[i]! - means[i % channels]!) / Math.sqrt(variances[i % channels]! + epsilon);

  test('normalises by the mean and the biased variance (definition, in double precision)', async () => {
    const [y, mean, variance] = await run(
      'StsBatchNormTraining',
      { x: [x, shape], gamma: [gamma, [channels]], beta: [beta, [channels]] },
      { epsilon },
    );
    expect(mean!).toBeAllclose(means, { rtol: 1e-6 });
    expect(variance!).toBeAllclose(variances, { rtol: 2e-5 });
    const expected = x.map((_, i) => normal(i) * gamma[i % channels]! + beta[i % channels]!);
    expect(y!).toBeAllclose(expected, { rtol: 1e-5, atol: 1e-5 });
  });

  test('has the gradient of the definition', async () => {
    const [dx, dgamma, dbeta] = await run(
      'StsBatchNormTrainingGrad',
      {
        dy: [dy, shape],
        x: [x, shape],
        gamma: [gamma, [channels]],
        mean: [Float32Array.from(means), [channels]],
        variance: [Float32Array.from(variances), [channels]],
      },
      { epsilon },
    );
    const dbetas = means.map((_, c) => count * average(column(dy, c)));
    const dgammas = means.map((_, c) => {
      return count * average(column(dy, c).map((v, i) => v * normal(i * channels + c)));
    });
    expect(dbeta!).toBeAllclose(dbetas, { rtol: 1e-5, atol: 1e-5 });
    expect(dgamma!).toBeAllclose(dgammas, { rtol: 1e-4, atol: 1e-4 });
    const expected = dy.map((v, i) => {
      const c = i % channels;
      const centred = v - dbetas[c]! / count - (normal(i) * dgammas[c]!) / count;
      return (gamma[c]! / Math.sqrt(variances[c]! + epsilon)) * centred;
    });
    expect(dx!).toBeAllclose(expected, { rtol: 1e-4, atol: 1e-5 });
  });
});

describe.each([null, 6])('the gradient of a rectifier with maximum %s', (maxValue) => {
  test('passes dy where the output is inside (definition)', async () => {
    const y = Float32Array.of(0, 1, 5.9, 6, 0, 3, 1e-30, 6, 2);
    const dy = Float32Array.of(1, 2, 3, 4, 5, -6, 7, -8, -9);
    const [dx] = await run('StsReLUGrad', { dy: [dy, [9]], y: [y, [9]] }, { maxValue });
    const top = maxValue ?? Number.POSITIVE_INFINITY;
    expect([...dx!]).toEqual([...dy].map((d, i) => (y[i]! > 0 && y[i]! < top ? d : 0)));
  });
});

test('AdamW is the published update, in double precision, over three steps', async () => {
  const attrs = { learningRate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1 };
  const { learningRate, beta1, beta2, epsilon, weightDecay } = attrs;
  const shape = [2, 5];
  let state = [signed('adamw value', 10), new Float32Array(10), new Float32Array(10)];
  const exact = state.map((values) => Array.from(values));
  for (let step = 1; step <= 3; step++) {
    const gradient = signed(`adamw gradient ${step}`, 10);
    const [value, m, v] = state as [Float32Array, Float32Array, Float32Array];
    state = await run(
      'StsAdamW',
      { value: [value, shape], gradient: [gradient, shape], m: [m, shape], v: [v, shape] },
      { ...attrs, step },
    );
    for (let i = 0; i < 10; i++) {
      const [w, first, second] = exact.map((values) => values[i]!) as [number, number, number];
      const nextFirst = beta1 * first + (1 - beta1) * gradient[i]!;
      const nextSecond = beta2 * second + (1 - beta2) * gradient[i]! ** 2;
      const direction =
        nextFirst / (1 - beta1 ** step) / (Math.sqrt(nextSecond / (1 - beta2 ** step)) + epsilon);
      exact[0]![i] = w * (1 - learningRate * weightDecay) - learningRate * direction;
      exact[1]![i] = nextFirst;
      exact[2]![i] = nextSecond;
    }
  }
  state.forEach((values, i) => {
    expect(values).toBeAllclose(exact[i]!, { rtol: 1e-5, atol: 1e-7 });
  });
});

describe('the gradient of gather (UnsortedSegmentSum)', () => {
  test('sums the rows that were gathered more than once (by hand)', async () => {
    const rows = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const indices = tf.tensor1d([2, 0, 2, 2], 'int32');
    const weights = tf.tensor2d([1, 10, 2, 20, 3, 30, 4, 40], [4, 2]);
    const gradient = tf.grad((x: tf.Tensor) => tf.sum(tf.mul(tf.gather(x, indices), weights)))(
      rows,
    );
    expect([...(await gradient.data())]).toEqual([2, 20, 0, 0, 8, 80]);
    tf.dispose([rows, indices, weights, gradient]);
  });

  test('leaves out ids outside the segments (by hand)', async () => {
    const sums = tf.unsortedSegmentSum(
      tf.tensor1d([1, 2, 4, 8]),
      tf.tensor1d([0, -1, 5, 0], 'int32'),
      2,
    );
    expect([...(await sums.data())]).toEqual([9, 0]);
    sums.dispose();
  });
});

test('wrong inputs are refused by name', () => {
  const x = tf.zeros([1, 2, 2, 4]);
  const run = (name: string, inputs: tf.NamedTensorMap, attrs: object) => () =>
    tf.engine().runKernel(name, inputs, attrs as tf.NamedAttrMap);
  const conv = { strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], groups: 1 };
  const filter = tf.zeros([3, 3, 4, 4]);
  expect(run('StsConv2D', { x, filter }, conv)).toThrow(/`StsConv2D`.*3×3.*pad more/);
  expect(run('StsConv2D', { x, filter }, { ...conv, groups: 2 })).toThrow(/in 2 groups/);
  expect(run('StsConv2D', { x: tf.cast(x, 'int32'), filter }, conv)).toThrow(/x must be a float32/);
  expect(run('StsReLUGrad', { dy: x, y: filter }, {})).toThrow(/shapes must be equal/);
  tf.dispose([x, filter]);
});

test('what does not fit into the memory is refused, and the backend works on', async () => {
  const before = tf.memory().numTensors;
  const x = tf.ones([1, 1, 1, 1024]);
  // 16 GiB, which the allocator would take for 0.
  expect(() => tf.tile(x, [1, 2048, 2048, 1])).toThrow(
    /16384.0 MiB more do not fit.*smaller batches/,
  );
  const y = tf.tile(x, [1, 2, 1, 1]);
  expect(await y.data()).toBeAllclose(new Float32Array(2048).fill(1));
  tf.dispose([x, y]);
  expect(tf.memory().numTensors).toBe(before);
});
